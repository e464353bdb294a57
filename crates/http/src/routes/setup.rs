//! `/setup`: the first administrator of an empty instance.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_domain::{OwnPath, Params};
use postern_flows::{App, FieldErrors, setup};
use postern_templating::Section;
use postern_templating::pages::Setup;

use crate::answer::{PageRefusal, form_errors};
use crate::request::{PageForm, QueryParams, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{Browser, Visiting};
use crate::{account_form, arrival, page};

const PATH: &str = "/setup";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let query = query?;
    setup::check_open(&app, query.get("token").unwrap_or_default()).await?;
    Ok(page::render(&form(&app, &visitor, &query, &FieldErrors::none())))
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    Visiting(visit): Visiting,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let token = typed.get("token").unwrap_or_default();
    let refusal = match setup::set_up(&app, token, &account_form::new_user(&typed), &visit).await {
        Ok(arrived) => return arrival::welcome(&app, &visitor, &browser, arrived, &OwnPath::home()).await,
        Err(refusal) => refusal,
    };
    let (errors, problem, mark) = form_errors(refusal)?;
    let again = Setup { problem, ..form(&app, &visitor, &typed, &errors) };
    Ok(mark.put_on(page::render(&again)))
}

fn form(app: &App, visitor: &Visitor, typed: &Params, errors: &FieldErrors) -> Setup {
    Setup {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        token: typed.get("token").unwrap_or_default().to_owned(),
        problem: None,
        account: account_form::new_account(typed, errors),
    }
}
