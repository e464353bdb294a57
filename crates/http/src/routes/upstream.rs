//! `/login/upstream/{name}`: to a sign-in provider, and back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Params, Refusal};
use postern_flows::authorize::{self, WaitingFor};
use postern_flows::sign_in::Step;
use postern_flows::upstream::{self, Begun, Done, Provider, Purpose, Stopped, Trouble};
use postern_flows::{App, sessions};

use super::{second_step, security};
use crate::answer::{PageRefusal, person};
use crate::request::{FormAbout, PageQuery, Visitor, path_part};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser, Visiting};
use crate::{arrival, heading, providers};

pub(crate) fn routes() -> Routes {
    Routes::new().post("/login/upstream/{name}", Right::Public, begin).get(
        "/login/upstream/{name}/callback",
        Right::Public,
        come_back,
    )
}

/// The `{name}` in an address.
struct Named(String);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(path_part(parts, app, "name").await.unwrap_or_default()))
    }
}

impl Named {
    fn find(self, app: &App) -> Result<&Provider, Refusal> {
        let found = app.upstream.find(&self.0);
        found.ok_or_else(|| Refusal::not_found("there is no sign-in provider of this name"))
    }
}

async fn begin(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Visiting(visit): Visiting,
    headers: HeaderMap,
    FormAbout(name, form): FormAbout<Named>,
) -> Result<Response, PageRefusal> {
    let provider = name.find(&app)?;
    let return_to = heading::return_to(&form);
    let purpose = match purpose(&app, &visitor, &form, return_to).await {
        Ok(purpose) => purpose,
        Err(first) => return Ok(first),
    };
    let kept = session::upstream_sent(&app, &headers);
    let begun = upstream::begin(&app, provider, purpose.clone(), kept.as_deref(), visit.address).await;
    match begun {
        Ok(Begun { url, browser }) => {
            let mut response = Redirect::to(&url).into_response();
            if let Some(cookie) = session::upstream_cookie(&app, &browser) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(trouble) => stopped(&visitor, provider, Stopped { trouble, purpose: Some(purpose) }),
    }
}

/// What somebody goes to the provider for; where something else has to come first, the way there.
async fn purpose(
    app: &App,
    visitor: &Visitor,
    form: &Params,
    return_to: OwnPath,
) -> Result<Purpose, Response> {
    let sign_in_first = |to: &str| {
        let to = OwnPath::parse(to).unwrap_or_else(OwnPath::home);
        Redirect::to(&heading::with_return_to("/login", &to)).into_response()
    };
    match (form.get("purpose"), &visitor.signed_in) {
        (Some("connect"), Some(signed_in)) if sessions::is_fresh(app, &signed_in.session) => {
            Ok(Purpose::Connect { user: signed_in.user.id, session: signed_in.session.id })
        }
        (Some("connect"), Some(_)) => Err(heading::prove_first(security::PATH)),
        (Some("connect"), None) => Err(sign_in_first(security::PATH)),
        (Some("confirm"), Some(signed_in)) => {
            Ok(Purpose::Confirm { user: signed_in.user.id, return_to: return_to.to_string() })
        }
        (Some("confirm"), None) => Err(sign_in_first(return_to.as_str())),
        _ => {
            let waiting = authorize::waiting(app, &return_to, person(visitor)).await;
            let again = waiting.is_some_and(|waiting| waiting.wants == WaitingFor::Reauthentication);
            let choose = visitor.signed_in.is_some() && !again;
            Ok(Purpose::SignIn { return_to: return_to.to_string(), again, choose })
        }
    }
}

async fn come_back(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    Visiting(visit): Visiting,
    headers: HeaderMap,
    name: Named,
    PageQuery(answer): PageQuery,
) -> Result<Response, PageRefusal> {
    let provider = name.find(&app)?;
    let kept = session::upstream_sent(&app, &headers);
    let here = visitor.signed_in.as_ref().map(|signed_in| (&*signed_in.user, &*signed_in.session));
    match upstream::finish(&app, provider, &answer, kept.as_deref(), here, &visit).await {
        Ok(Done::Arrived { step: Step::Arrived(arrived), return_to }) => {
            arrival::welcome(&app, &visitor, &browser, *arrived, &return_to).await
        }
        Ok(Done::Arrived { step: Step::SecondStep(value), return_to }) => {
            Ok(second_step::lead_to(&app, &value, &return_to))
        }
        Ok(Done::Connected) => {
            let done = format!("{}?done=connected&upstream={}", security::PATH, provider.name);
            Ok(Redirect::to(&done).into_response())
        }
        Err(why) => stopped(&visitor, provider, why),
    }
}

/// Back to the page it was begun on, which says what happened and has the other ways in.
fn stopped(visitor: &Visitor, provider: &Provider, why: Stopped) -> Result<Response, PageRefusal> {
    let Stopped { trouble, purpose } = why;
    if let Trouble::Failed(refusal) = trouble {
        return Err(refusal.into());
    }
    let said = providers::query(provider, &trouble);
    let to = match purpose {
        // Somebody loaded the address again that has led them in.
        None if visitor.signed_in.is_some() => "/".to_owned(),
        None => format!("/login?{said}"),
        Some(Purpose::Connect { .. }) => format!("{}?{said}", security::PATH),
        Some(purpose @ Purpose::Confirm { .. }) => {
            format!("{}&{said}", heading::with_return_to("/reauthenticate", &purpose.return_to()))
        }
        Some(purpose @ Purpose::SignIn { .. }) => {
            let other = if visitor.signed_in.is_some() { "&other=1" } else { "" };
            format!("{}&{said}{other}", heading::with_return_to("/login", &purpose.return_to()))
        }
    };
    Ok(Redirect::to(&to).into_response())
}
