//! `/login/second-step`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Plain, User};
use postern_flows::second_factor::{self, NoSecondStep};
use postern_flows::{App, authorize, passkeys};
use postern_templating::pages::SecondStep;
use postern_templating::{Field, Section, Text, t};

use super::passkey::answered;
use crate::answer::{PageRefusal, Told, person};
use crate::request::{PageForm, PageQuery, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser, Visiting};
use crate::{arrival, heading, page};

const PATH: &str = "/login/second-step";
/// What is said of every code that does not help.
const WRONG: Text = t("This code is not right, or was used before. Wait for the next one and try again.");

/// What is said of every passkey that does not help.
pub(super) const NO_PASSKEY: Text =
    t("This passkey did not help, or the answer came too late. Try again, or choose another way.");

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&query);
    let Some((_, user)) = waiting(&app, &headers).await? else { return Ok(again(&app, &return_to)) };
    answer(&app, &visitor, &user, &return_to, Field::empty(), None).await
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    Visiting(visit): Visiting,
    headers: HeaderMap,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&typed);
    let Some((value, user)) = waiting(&app, &headers).await? else { return Ok(again(&app, &return_to)) };
    let (outcome, wrong) = match (answered(&visitor, &typed), typed.get("code")) {
        (Some(proof), _) => (passkeys::second_step(&app, &value, proof, &visit).await, NO_PASSKEY),
        (None, Some(code)) => (second_factor::finish(&app, &value, code, &visit).await, WRONG),
        (None, None) => {
            let field = Field::empty().with_error(t("Enter a code."));
            let page = answer(&app, &visitor, &user, &return_to, field, None).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    match outcome {
        Ok(arrived) => {
            let answer = arrival::welcome(&app, &visitor, &browser, arrived, &return_to).await?;
            Ok(without_step(&app, answer))
        }
        Err(NoSecondStep::Over) => Ok(again(&app, &return_to)),
        Err(NoSecondStep::Code(denied)) => {
            let told = Told::of(denied, wrong)?;
            let (field, problem) = match answered(&visitor, &typed) {
                Some(_) => (Field::empty(), Some(told.sentence.clone())),
                None => (Field::empty().with_error(told.sentence.clone()), None),
            };
            Ok(told.mark(answer(&app, &visitor, &user, &return_to, field, problem).await?))
        }
    }
}

/// Who has still to take the second step in the browser that asks, and what it keeps of the first.
pub(super) async fn waiting(app: &App, headers: &HeaderMap) -> Result<Option<(String, User)>, PageRefusal> {
    let Some(value) = session::step_sent(app, headers) else { return Ok(None) };
    Ok(second_factor::waiting_for(app, &value).await?.map(|user| (value, user)))
}

/// On to the code; nobody is signed in yet.
pub(super) fn lead_to(app: &App, value: &Plain, return_to: &OwnPath) -> Response {
    let mut response = Redirect::to(&heading::with_return_to(PATH, return_to)).into_response();
    if let Some(cookie) = session::step_cookie(app, value) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whoever took too long begins again.
fn again(app: &App, return_to: &OwnPath) -> Response {
    without_step(app, Redirect::to(&heading::with_return_to("/login", return_to)).into_response())
}

fn without_step(app: &App, mut response: Response) -> Response {
    if let Some(gone) = session::step_gone(app) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

/// The page; where an app waits, its form may lead on to that app in the end.
async fn answer(
    app: &App,
    visitor: &Visitor,
    user: &User,
    return_to: &OwnPath,
    code: Field,
    problem: Option<Text>,
) -> Result<Response, PageRefusal> {
    let state = second_factor::state(app, user.id).await?;
    let mut response = page::render(&SecondStep {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        account: page::account(app, user),
        has_app: state.is_some_and(|state| state.app_since.is_some()),
        has_passkey: passkeys::are_possible(&app.config) && state.is_some_and(|state| state.has_passkey()),
        problem,
        code,
        return_to: return_to.to_string(),
        sign_in_url: heading::with_return_to("/login", return_to),
    });
    if let Some(waiting) = authorize::waiting(app, return_to, person(visitor)).await {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, heading::policy(&waiting));
    }
    Ok(response)
}
