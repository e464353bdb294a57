use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::Params;
use postern_flows::api_tokens::{self, Token, Trial, Tried};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::pages::{TokenTried, TokenTriedLine, TokenTry};
use postern_templating::{Field, Text, t};

use super::asked::{At, ManagedToken};
use super::form::every_error;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::FormAbout;
use crate::said;

pub(super) async fn form(ManagedToken { app, at, token, .. }: ManagedToken) -> Result<Response, PageRefusal> {
    let (limits, _) = api_tokens::own_limits(&token);
    let trial = Trial { limits, ..Trial::default() };
    Ok(page::render(&page_of(&app, &at, &token, &trial, &FieldErrors::none())))
}

pub(super) async fn tried(
    FormAbout(ManagedToken { app, at, token, .. }, form): FormAbout<ManagedToken>,
) -> Result<Response, PageRefusal> {
    let trial = trial_of(&form);
    let (_, inherited) = api_tokens::own_limits(&token);
    match api_tokens::try_request(&app, &trial, inherited).await {
        Ok(tried) => {
            let mut page = page_of(&app, &at, &token, &trial, &FieldErrors::none());
            page.tried = Some(shown(&app, &token, tried));
            Ok(page::render(&page))
        }
        Err(FormRefusal::Fields(errors)) => {
            let page = page_of(&app, &at, &token, &trial, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

fn trial_of(form: &Params) -> Trial {
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    Trial {
        method: text("method"),
        url: text("url"),
        body: text("body"),
        curl: text("curl"),
        limits: text("limits"),
    }
}

fn page_of(app: &App, at: &At, token: &Token, trial: &Trial, errors: &FieldErrors) -> TokenTry {
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: every_error(errors, name) };
    TokenTry {
        chrome: at.chrome(app),
        token: at.heading(token),
        curl: field("curl", &trial.curl),
        method: field("method", &trial.method),
        url: field("url", &trial.url),
        body: field("body", &trial.body),
        limits: field("limits", &trial.limits),
        tried: None,
    }
}

fn shown(app: &App, token: &Token, tried: Tried) -> TokenTried {
    let now = app.clock.now();
    let mut notes = Vec::new();
    if tried.lines.is_empty() && tried.allowed {
        notes.push(t("There is no limit, so every request passes."));
    }
    if tried.refused_by_inherited {
        notes.push(t(
            "Limits that came with the token by which this one was made refuse it, whatever is written here.",
        ));
    }
    if !tried.allowed && token.api().and_then(|api| api.report_only_until).is_some_and(|end| end > now) {
        notes.push(t("For now the limits of this token only report, so the request passes still."));
    }
    notes.extend(scopes(app, token, tried.scopes.as_deref()));
    let line = |line: api_tokens::TriedLine| TokenTriedLine {
        line: line.line,
        limit: line.limit,
        reason: said::text(&line.reason),
    };
    TokenTried {
        allowed: tried.allowed,
        method: tried.method,
        url: tried.url,
        lines: tried.lines.into_iter().map(line).collect(),
        notes,
    }
}

/// What the guard asks for beside the limits, where it asks for anything.
fn scopes(app: &App, token: &Token, asked: Option<&[String]>) -> Option<Text> {
    if app.config.guard.routes.is_empty() {
        return None;
    }
    let Some(asked) = asked else {
        return Some(t("Behind the guard it is refused all the same: no route of guard.routes is about it."));
    };
    let everything = token.api().is_some_and(|api| api.everything);
    let lacks = asked.iter().find(|scope| !everything && !token.permit.scopes.contains(scope));
    match (asked, lacks) {
        ([], _) => None,
        (_, Some(scope)) => Some(
            t("The guard asks for the scope {scope} too, which the token does not hold.")
                .with("scope", scope),
        ),
        (scopes, None) => Some(
            t("The guard asks for {scopes} too, which the token holds.").with("scopes", scopes.join(" ")),
        ),
    }
}
