use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{ErrorCode, Refusal, Timestamp};
use postern_flows::keys::{self, KeyState, PublishedKey};
use postern_templating::pages::{AdminKeyRow, AdminKeys};
use postern_templating::{AdminTab, Badge, Notice, Shortened, Text, Tone, When, t};

use super::asked::{Administrator, Manager};
use crate::answer::{PageRefusal, sentence};
use crate::page;
use crate::request::{FormAbout, PageQuery};

const PATH: &str = "/admin/keys";

pub(super) async fn list(
    Administrator(manager): Administrator,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let done = (query.get("done") == Some("rotated")).then(|| {
        Notice::done(t("The keys are rotated. Each next key signs from the time that stands beside it."))
    });
    Ok(render(&manager, done, None).await?)
}

pub(super) async fn rotate(
    FormAbout(Administrator(manager), _): FormAbout<Administrator>,
) -> Result<Response, PageRefusal> {
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    match keys::rotate(&manager.page.app, &manager.actor).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}?done=rotated")).into_response()),
        Err(refusal) if refusal.code == ErrorCode::Conflict => {
            let problem = Text::sentence(sentence(&refusal.description));
            let mut response = render(&manager, None, Some(problem)).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn render(
    manager: &Manager,
    notice: Option<Notice>,
    problem: Option<Text>,
) -> Result<Response, Refusal> {
    let app = &manager.page.app;
    let (set, now) = (app.signing_keys().await?, app.clock.now());
    let mut chrome = manager.chrome(AdminTab::Keys);
    chrome.notice = notice;
    let keys = set.keys().iter().map(|key| row(key, now)).collect();
    Ok(page::render(&AdminKeys { chrome, problem, keys }))
}

fn row(key: &PublishedKey, now: Timestamp) -> AdminKeyRow {
    let when = |at: Timestamp| When::new(at.0, now.0).relative();
    let (state, next) = match key.state(now) {
        KeyState::Next => (
            Badge::new(Tone::Accent, t("next")),
            key.signs_from.map_or_else(
                || t("signs after the next rotation"),
                |from| t("signs {when}").with("when", when(from)),
            ),
        ),
        KeyState::Current => (
            Badge::new(Tone::Good, t("signs")),
            key.signs_until.map_or_else(Text::default, |end| t("stops {when}").with("when", when(end))),
        ),
        KeyState::Retired => (
            Badge::new(Tone::Neutral, t("retired")),
            key.removed_at
                .map_or_else(Text::default, |end| t("no longer published {when}").with("when", when(end))),
        ),
    };
    AdminKeyRow {
        kid: Shortened::new(key.key.kid()),
        algorithm: key.key.algorithm().to_string(),
        state,
        made: When::new(key.created_at.0, now.0),
        next,
    }
}
