use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal};
use postern_flows::api_tokens::{self, TokenDraft};
use postern_flows::calls::{self, Replay, Span};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::pages::{TokenReplay, TokenReplayed};
use postern_templating::{Field, Notice, Text, t};

use super::asked::{At, ManagedToken};
use super::calls::{report_only_until, shapes, shown, span_of};
use super::done::Done;
use super::form::every_error;
use super::show::locked;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{FormAbout, PageQuery};

pub(super) async fn form(about: ManagedToken, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let span = span_of(&query)?;
    let limits = match (query.get("limits"), query.get("learned")) {
        // Somebody comes back from proving who they are, with what they had typed.
        (Some(typed), _) => Some(typed.to_owned()),
        (None, Some(_)) => {
            let filters = query.get("filters").is_some();
            let ManagedToken { app, at, token, .. } = &about;
            Some(calls::learn(app, &at.actor, token.id, span, filters).await?.1.text())
        }
        (None, None) => None,
    };
    let (mut page, _) = page_of(&about, limits.as_deref(), span).await?;
    if query.get("limits").is_some() {
        page.chrome.notice = Some(Notice::done(t(
            "You have confirmed that it is you. Nothing is saved yet: save the limits now.",
        )));
    }
    Ok(page::render(&page))
}

pub(super) async fn act(FormAbout(about, form): FormAbout<ManagedToken>) -> Result<Response, PageRefusal> {
    let span = span_of(&form)?;
    let limits = form.get("limits").unwrap_or_default();
    match form.get("action") {
        Some("save") => save(&about, &form, limits, span).await,
        _ => {
            let (page, is_right) = page_of(&about, Some(limits), span).await?;
            Ok(answer(&page, is_right))
        }
    }
}

/// Saves limits, by the rules for any other change of a token.
async fn save(
    about: &ManagedToken,
    form: &Params,
    limits: &str,
    span: Span,
) -> Result<Response, PageRefusal> {
    let url = format!("{}/replay", about.at.url_of(about.token.id));
    let refuses = form.get("refuse").is_some();
    let back = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("days", &span.days().to_string())
        .append_pair("limits", limits)
        .finish();
    match set_limits(&about.app, &about.at, about, limits, refuses, &format!("{url}?{back}")).await {
        Ok(response) => Ok(response),
        Err(FormRefusal::Fields(errors)) => {
            let (mut page, _) = page_of(about, Some(limits), span).await?;
            let others = errors.0.iter().find(|error| error.field != "limits");
            page.limits.error = every_error(&errors, "limits")
                .or_else(|| others.map(|error| Text::sentence(error.message.as_str())));
            Ok(answer(&page, false))
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Makes these the limits of a token, or sends somebody to prove first who they are and then to `back`.
///
/// # Errors
/// Those of [`api_tokens::plan`] and [`api_tokens::save`].
pub(super) async fn set_limits(
    app: &App,
    at: &At,
    about: &ManagedToken,
    limits: &str,
    refuses: bool,
    back: &str,
) -> Result<Response, FormRefusal> {
    let mut draft = TokenDraft { limits: limits.to_owned(), ..TokenDraft::of(&about.token) };
    if refuses {
        draft.report_only = String::new();
    }
    let change = api_tokens::plan(app, &at.actor, about.token.id, &draft).await?;
    if change.widens() && !at.is_fresh(app) {
        return Ok(prove_first(back));
    }
    api_tokens::save(app, change).await?;
    Ok(Done::Saved.and_go_to(&at.url_of(about.token.id)))
}

fn answer(page: &TokenReplay, is_right: bool) -> Response {
    let status = if is_right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, page::render(page)).into_response()
}

/// The page, and whether the limits could be read.
async fn page_of(
    about: &ManagedToken,
    limits: Option<&str>,
    span: Span,
) -> Result<(TokenReplay, bool), Refusal> {
    let ManagedToken { app, at, token, relation } = about;
    let (recorded, outcome) = calls::replay(app, &at.actor, token.id, limits, span).await?;
    let (own, _) = api_tokens::own_limits(token);
    let (outcome, errors) = match outcome {
        Ok(replay) => (Some(replayed(app, replay)), FieldErrors::none()),
        Err(errors) => (None, errors),
    };
    let page = TokenReplay {
        chrome: at.chrome(app),
        token: at.heading(token),
        recorded: shown(app, &recorded, span),
        limits: Field { value: limits.map_or(own, str::to_owned), error: every_error(&errors, "limits") },
        report_only_until: report_only_until(app, token),
        locked_because: locked(app, token, *relation).unwrap_or_default(),
        outcome,
    };
    Ok((page, errors.is_empty()))
}

fn replayed(app: &App, replay: Replay) -> TokenReplayed {
    TokenReplayed {
        fails: shapes(app, replay.fails),
        passes: shapes(app, replay.passes),
        open: shapes(app, replay.open),
        passes_again: replay.passes_again,
        refused_again: replay.refused_again.calls,
        refused_otherwise: replay.refused_otherwise,
    }
}
