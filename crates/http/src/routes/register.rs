//! `/register`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Params};
use postern_flows::authorize::{self, Waiting, WaitingFor};
use postern_flows::{App, FieldErrors, sign_up};
use postern_templating::pages::Register;
use postern_templating::{Section, Text};

use crate::answer::{PageRefusal, form_errors, person};
use crate::request::{PageForm, QueryParams, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{Browser, Visiting};
use crate::{account_form, arrival, heading, page, providers};

const PATH: &str = "/register";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let query = query?;
    sign_up::check_open(&app)?;
    let return_to = heading::return_to(&query);
    let waiting = authorize::waiting(&app, &return_to, person(&visitor)).await;
    let wanted = waiting.as_ref().is_some_and(|waiting| waiting.wants == WaitingFor::SignUp);
    if visitor.signed_in.is_some() && !wanted {
        return Ok(Redirect::to(return_to.as_str()).into_response());
    }
    let hint = waiting.as_ref().and_then(|waiting| waiting.login_hint.as_deref()).unwrap_or_default();
    let typed = Params::default();
    let typed = if hint.contains('@') { typed.with("email", hint) } else { typed.with("username", hint) };
    Ok(answer(&app, &visitor, &typed, &FieldErrors::none(), None, (&return_to, waiting.as_ref())))
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    Visiting(visit): Visiting,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&form);
    let refusal = match sign_up::sign_up(&app, &account_form::new_user(&form), &visit).await {
        Ok(arrived) => return arrival::welcome(&app, &visitor, &browser, arrived, &return_to).await,
        Err(refusal) => refusal,
    };
    let (errors, problem, mark) = form_errors(refusal)?;
    let waiting = authorize::waiting(&app, &return_to, person(&visitor)).await;
    let again = answer(&app, &visitor, &form, &errors, problem, (&return_to, waiting.as_ref()));
    Ok(mark.put_on(again))
}

fn answer(
    app: &App,
    visitor: &Visitor,
    typed: &Params,
    errors: &FieldErrors,
    problem: Option<Text>,
    (return_to, waiting): (&OwnPath, Option<&Waiting>),
) -> Response {
    let form = Register {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        destination: waiting.map(heading::destination),
        problem,
        account: account_form::new_account(typed, errors),
        providers: providers::buttons(app),
        return_to: return_to.to_string(),
        sign_in_url: heading::with_return_to("/login", return_to),
    };
    let mut response = page::render(&form);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, providers::policy(app, waiting));
    response
}
