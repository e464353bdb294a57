//! `/reauthenticate`: the password once more, before a sensitive change.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Plain};
use postern_flows::{App, authorize, sign_in};
use postern_templating::pages::Reauthenticate;
use postern_templating::{Field, Section, Text, t};

use crate::answer::{PageRefusal, Told};
use crate::request::{PageForm, QueryParams, SignedIn, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};
use crate::{heading, page};

const PATH: &str = "/reauthenticate";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&query?);
    Ok(page::render(&form(&app, &visitor, &return_to, Field::empty())))
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    browser: Browser,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&typed);
    let Some(password) = typed.get("password") else {
        let again = form(&app, &visitor, &return_to, Field::empty().with_error(t("Enter your password.")));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&again)).into_response());
    };
    let password = Plain::new(password.to_owned());
    match sign_in::reauthenticate(&app, &signed_in.user, &signed_in.session, &password).await {
        Ok(renewed) => {
            session::begin(&browser, &renewed).await?;
            let next = authorize::after_sign_in(&app, &return_to, &renewed.session);
            Ok(Redirect::to(next.as_str()).into_response())
        }
        Err(denied) => {
            let told = Told::of(denied, t("This is not your password. Check it and try again."))?;
            let field = Field::empty().with_error(told.sentence.clone());
            Ok(told.mark(page::render(&form(&app, &visitor, &return_to, field))))
        }
    }
}

fn form(app: &App, visitor: &Visitor, return_to: &OwnPath, password: Field) -> Reauthenticate {
    Reauthenticate {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        purpose: purpose(return_to),
        password,
        return_to: return_to.to_string(),
    }
}

/// What is asked and what comes next, by where it happens.
fn purpose(return_to: &OwnPath) -> Text {
    match return_to.path() {
        "/settings/profile" => t("Enter your password to change your e-mail."),
        path if path.ends_with("/tokens/new") => t("Enter your password to make a token."),
        path if path.contains("/tokens/") => t("Enter your password to change a token."),
        path if path.starts_with("/admin/users/") => t("Enter your password to change an account."),
        "/developer/clients/new" => t("Enter your password to make a client."),
        path if path.starts_with("/developer/clients/") && path.ends_with("/delete") => {
            t("Enter your password to delete a client.")
        }
        path if path.starts_with("/developer/clients") => {
            t("Enter your password to change a client and its secrets.")
        }
        _ => t("Enter your password to go on."),
    }
}
