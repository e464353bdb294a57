//! `/recover/password`: another password, behind the link of a mail. Looking at it uses nothing up: programs that read mails
//! before people do open links too.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Params;
use postern_flows::{App, FieldErrors, recovery};
use postern_templating::Section;
use postern_templating::pages::RecoverPassword;

use crate::answer::{PageRefusal, form_errors};
use crate::request::{PageForm, PageQuery, Visitor};
use crate::rights::{Right, Routes};
use crate::{account_form, page};

const PATH: &str = "/recover/password";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    Ok(page::render(&form(&app, &visitor, &query, &FieldErrors::none()).await?))
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let (link, new) = (typed.get("recovery").unwrap_or_default(), typed.get("new_password"));
    let refusal = match recovery::recover(&app, link, new.unwrap_or_default()).await {
        Ok(()) => return Ok(Redirect::to("/login?done=recovered").into_response()),
        Err(refusal) => refusal,
    };
    let (errors, _, mark) = form_errors(refusal)?;
    Ok(mark.put_on(page::render(&form(&app, &visitor, &typed, &errors).await?)))
}

async fn form(
    app: &App,
    visitor: &Visitor,
    typed: &Params,
    errors: &FieldErrors,
) -> Result<RecoverPassword, PageRefusal> {
    let link = typed.get("recovery").unwrap_or_default();
    let user = recovery::check(app, link).await?;
    Ok(RecoverPassword {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        account: page::account(app, &user),
        recovery: link.to_owned(),
        new_password: account_form::field(&Params::default(), errors, "new_password"),
    })
}
