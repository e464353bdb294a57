use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::ClientOwner;
use postern_flows::App;
use postern_flows::authorize::{Delivery, Next, Person, Return, Unreturnable};
use postern_templating::pages::FormPost;
use postern_templating::{Section, Text, t};

use super::{PageRefusal, log_cause};
use crate::request::Visitor;
use crate::routes::second_factor_required;
use crate::{csp, page};

/// Who is signed in, as the flows know it.
pub(crate) fn person(visitor: &Visitor) -> Option<Person<'_>> {
    let signed_in = visitor.signed_in.as_ref()?;
    Some(Person { session: &signed_in.session, user: &signed_in.user })
}

/// Sends the browser to the page that comes next, or the answer to the client. Consent has a page of its own, reached by
/// the request's own query.
pub(crate) fn go_on(app: &App, visitor: &Visitor, next: Next) -> Response {
    match next {
        Next::SignIn(path) | Next::Reauthenticate(path) | Next::SelectAccount(path) => {
            to_page("/login", &path)
        }
        Next::SignUp(path) => to_page("/register", &path),
        Next::SetUpSecondFactor(path) => second_factor_required::for_request(&path),
        Next::ChooseOrganization(choose) => {
            Redirect::to(&format!("/consent?{}", choose.query)).into_response()
        }
        Next::Consent(ask) => Redirect::to(&format!("/consent?{}", ask.query)).into_response(),
        Next::Return(answer) => deliver(app, visitor, &answer),
    }
}

/// Brings an answer on its way to the client.
pub(crate) fn deliver(app: &App, visitor: &Visitor, answer: &Return) -> Response {
    if let Some(refusal) = answer.refusal() {
        log_cause(refusal);
    }
    match answer.delivery() {
        Delivery::Redirect { location } => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
        }
        Delivery::Form { action, fields, app_name } => {
            let form = FormPost {
                chrome: page::chrome(app, visitor, Section::Elsewhere),
                app_name: app_name.to_owned(),
                action: action.to_owned(),
                fields: fields.to_vec(),
            };
            let mut response = page::render(&form);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::with_form_action(action));
            response
        }
    }
}

/// A request that nothing can be sent back for. What the client registered is shown to its owner only.
pub(crate) fn cannot_return(visitor: &Visitor, error: Unreturnable) -> PageRefusal {
    let Unreturnable { refusal, client, got, is_the_apps, .. } = error;
    if !is_the_apps {
        return PageRefusal::from(refusal);
    }
    let mut facts = Vec::new();
    if let Some(got) = got {
        facts.push((t("got"), got));
    }
    if let Some(client) = &client {
        let viewer = visitor.signed_in.as_ref().map(|signed_in| ClientOwner::User(signed_in.user.id));
        if viewer == Some(client.owner) {
            let registered = client.metadata.redirect_uris.iter();
            facts.extend(registered.map(|uri| (t("registered"), uri.to_string())));
        }
        facts.push((Text::verbatim("client_id"), client.identifier.to_string()));
    }
    PageRefusal::of_app(refusal, client.map(|client| client.metadata.name.to_string()), facts)
}

fn to_page(page: &str, return_to: &str) -> Response {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    Redirect::to(&format!("{page}?{query}")).into_response()
}
