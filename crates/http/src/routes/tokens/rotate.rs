use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_flows::App;
use postern_flows::api_tokens::{self, OVERLAPS, Token};
use postern_templating::pages::{TokenOccasion, TokenRotate};
use postern_templating::{Choice, Text, When, span, t, tn};

use super::asked::{At, ManagedToken};
use super::value;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::FormAbout;

/// What is chosen unless somebody chooses otherwise.
const USUAL: &str = "24h";

pub(super) async fn ask(ManagedToken { app, at, token, .. }: ManagedToken) -> Result<Response, PageRefusal> {
    if !at.is_fresh(&app) {
        return Ok(prove_first(&format!("{}/rotate", at.url_of(token.id))));
    }
    Ok(page::render(&page_of(&app, at, &token, None)))
}

pub(super) async fn rotate(
    FormAbout(ManagedToken { app, at, token, .. }, form): FormAbout<ManagedToken>,
) -> Result<Response, PageRefusal> {
    if !at.is_fresh(&app) {
        return Ok(prove_first(&format!("{}/rotate", at.url_of(token.id))));
    }
    let chosen = OVERLAPS.iter().find(|(value, _)| Some(*value) == form.get("overlap"));
    let Some((_, overlap)) = chosen else {
        let error = Some(t("Choose how long the old value goes on."));
        let page = page::render(&page_of(&app, at, &token, error));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let rotated = api_tokens::rotate(&app, &at.actor, token.id, *overlap).await?;
    let now = app.clock.now();
    let until = rotated.old_ends_at.map(|end| When::new(end.0, now.0).exact());
    let made = rotated.made;
    let occasion = TokenOccasion::Rotated(until);
    Ok(value::page(&app, &at, &made.token, &made.value, occasion).await?)
}

fn page_of(app: &App, at: At, token: &Token, error: Option<Text>) -> TokenRotate {
    let now = app.clock.now();
    let overlaps = OVERLAPS.iter().map(|(value, overlap)| {
        let choice = match *value {
            "0" => Choice::new(*value, t("Not at all")).with_help(t("If the value may have leaked.")),
            "24h" => Choice::new(*value, tn("{count} hour", "{count} hours", 24_u64))
                .with_help(t("Enough for a nightly job.")),
            _ => Choice::new(*value, span(overlap.as_seconds())),
        };
        choice.selected(*value == USUAL)
    });
    TokenRotate {
        chrome: at.chrome(app),
        token: at.heading(token),
        overlaps: overlaps.collect(),
        error,
        last_used: token.last_used_at.map(|at| When::new(at.0, now.0)),
        expires: token.expires_at.map(|at| When::new(at.0, now.0)),
    }
}
