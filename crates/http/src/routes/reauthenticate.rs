//! `/reauthenticate`: the password, and the code of a second step, once more, before a sensitive change.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Plain, Refusal};
use postern_flows::change_password::has_password;
use postern_flows::sign_in::{self, NoProof};
use postern_flows::{App, authorize, passkeys, second_factor};
use postern_templating::pages::Reauthenticate;
use postern_templating::{Field, Notice, Section, Text, t};

use super::passkey::answered;
use super::second_step::NO_PASSKEY;
use crate::answer::{PageRefusal, Told};
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};
use crate::{heading, page, providers};
use postern_flows::sessions::Proven;

const PATH: &str = "/reauthenticate";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, submit)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let mut form = form(&page, &heading::return_to(&query)).await?;
    form.chrome.notice = providers::problem(&page.app, &query).map(Notice::failed);
    Ok(answer(&page.app, &form))
}

async fn submit(
    page: PageRequest,
    browser: Browser,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&typed);
    let mut again = form(&page, &return_to).await?;
    if let Some(proof) = answered(&page.visitor, &typed) {
        let PageRequest { app, signed_in, .. } = &page;
        return match passkeys::reauthenticate(app, &signed_in.user, &signed_in.session, proof).await {
            Ok(renewed) => go_on(app, &browser, &renewed, &return_to).await,
            Err(denied) => {
                let told = Told::of(denied, NO_PASSKEY)?;
                again.problem = Some(told.sentence.clone());
                Ok(told.mark(answer(app, &again)))
            }
        };
    }
    let Some(password) = typed.get("password") else {
        again.password = Field::empty().with_error(t("Enter your password."));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer(&page.app, &again)).into_response());
    };
    let password = Plain::new(password.to_owned());
    let PageRequest { app, signed_in, .. } = &page;
    let (user, session) = (&signed_in.user, &signed_in.session);
    let told = match sign_in::reauthenticate(app, user, session, &password, typed.get("code")).await {
        Ok(renewed) => return go_on(app, &browser, &renewed, &return_to).await,
        Err(NoProof::Password(denied)) => {
            let told = Told::of(denied, t("This is not your password. Check it and try again."))?;
            again.password = Field::empty().with_error(told.sentence.clone());
            told
        }
        Err(NoProof::Code(denied)) => {
            let told =
                Told::of(denied, t("This code is not right, or was used before. Wait for the next one."))?;
            again.code = Some(Field::empty().with_error(told.sentence.clone()));
            told
        }
    };
    Ok(told.mark(answer(app, &again)))
}

/// The page; its forms may lead to sign-in providers.
fn answer(app: &App, form: &Reauthenticate) -> Response {
    let mut response = page::render(form);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, providers::policy(app, None));
    response
}

/// The session goes on with the new proof, and the person where they were heading.
async fn go_on(
    app: &App,
    browser: &Browser,
    renewed: &Proven,
    return_to: &OwnPath,
) -> Result<Response, PageRefusal> {
    session::begin(browser, renewed).await?;
    let next = authorize::after_sign_in(app, return_to, &renewed.session);
    Ok(Redirect::to(next.as_str()).into_response())
}

async fn form(asked: &PageRequest, return_to: &OwnPath) -> Result<Reauthenticate, Refusal> {
    let PageRequest { app, visitor, signed_in } = asked;
    let second_factor = second_factor::state(app, signed_in.user.id).await?;
    let has_password = has_password(app, &signed_in.user).await?;
    Ok(Reauthenticate {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        problem: None,
        has_app: second_factor.is_some_and(|state| state.app_since.is_some()),
        has_passkey: passkeys::are_possible(&app.config)
            && second_factor.is_some_and(|state| state.has_passkey()),
        purpose: if has_password { purpose(return_to) } else { t("Sign in once more to go on.") },
        has_password,
        providers: providers::buttons_of(app, &signed_in.user).await?,
        password: Field::empty(),
        code: second_factor.map(|_| Field::empty()),
        return_to: return_to.to_string(),
    })
}

/// What is asked and what comes next, by where it happens.
fn purpose(return_to: &OwnPath) -> Text {
    match return_to.path() {
        "/settings/profile" => t("Enter your password to change your e-mail."),
        path if path.starts_with("/settings/security") => t("Enter your password to change how you sign in."),
        path if path.ends_with("/tokens/new") => t("Enter your password to make a token."),
        path if path.contains("/tokens/") => t("Enter your password to change a token."),
        "/admin/users/new" => t("Enter your password to make an account."),
        path if path.starts_with("/admin/users/") => t("Enter your password to change an account."),
        "/admin/keys" => t("Enter your password to rotate the keys."),
        "/admin/branding" => t("Enter your password to change how this server looks."),
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
