use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{ErrorCode, Refusal, Timestamp};
use postern_flows::keys::{self, KeyFetcher, KeyState, PublishedKey};
use postern_templating::pages::{AdminKeyRow, AdminKeys, KeyFetcherRow};
use postern_templating::{AdminTab, Badge, Notice, Shortened, Text, Tone, When, t};

use super::asked::{Administrator, Manager};
use crate::answer::{PageRefusal, sentence};
use crate::page;
use crate::request::{FormAbout, PageQuery};

const PATH: &str = "/admin/keys";
/// Most fetchers that the page shows; the command line and the API list all.
const SHOWN: usize = 100;

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
    let mut found = keys::fetchers(app, &manager.actor).await?;
    let behind = found.iter().filter(|fetcher| fetcher.is_behind(now)).count();
    // Those for whom to wait come first.
    found.sort_by_key(|fetcher| !fetcher.is_behind(now));
    Ok(page::render(&AdminKeys {
        chrome,
        problem,
        keys,
        behind: behind as u64,
        unlisted: found.len().saturating_sub(SHOWN) as u64,
        fetchers: found.into_iter().take(SHOWN).map(|fetcher| fetcher_row(fetcher, now)).collect(),
    }))
}

fn fetcher_row(fetcher: KeyFetcher, now: Timestamp) -> KeyFetcherRow {
    let is_named = !fetcher.program.is_empty();
    KeyFetcherRow {
        address: fetcher.address.map_or_else(|| t("others, too many to tell apart"), Text::verbatim),
        program: is_named.then(|| fetcher.program.clone()),
        last: When::new(fetcher.last_at.0, now.0),
        times: fetcher.fetches,
        next: fetcher.has_next.map(|has| match has {
            true => Badge::new(Tone::Good, t("yes")),
            false => Badge::new(Tone::Warning, t("not yet since they were published")),
        }),
    }
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
