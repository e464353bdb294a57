use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Lifetime, Params, Refusal, Timestamp};
use postern_flows::App;
use postern_flows::api_tokens::{self, Bulk, BulkPreview, Owner};
use postern_templating::pages::{TokenOwnerShare, TokensRevoke};
use postern_templating::{Field, Notice, When, t, tn};

use super::asked::At;
use super::list::{everybodys, written};
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{FormAbout, PageQuery};

const PATH: &str = "/admin/tokens/revoke";
/// How long a preview can be acted on.
const GOOD_FOR: Lifetime = Lifetime::days(1);

/// What is said once they are revoked.
pub(super) fn notice(count: Option<&str>) -> Option<Notice> {
    let count: u64 = count?.parse().ok()?;
    Some(match count {
        0 => Notice::info(t("None of them was alive any more.")),
        _ => Notice::done(tn(
            "One token is revoked. It stopped working now.",
            "{count} tokens are revoked. They stopped working now.",
            count,
        )),
    })
}

pub(super) async fn ask(
    axum::extract::State(app): axum::extract::State<std::sync::Arc<App>>,
    at: At,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let bulk = Bulk { filter: everybodys(&at, &query), made_until: app.clock.now() };
    Ok(render(&app, &at, &query, &bulk, Field::empty()).await?)
}

pub(super) async fn revoke(
    axum::extract::State(app): axum::extract::State<std::sync::Arc<App>>,
    FormAbout(at, form): FormAbout<At>,
) -> Result<Response, PageRefusal> {
    if !at.is_fresh(&app) {
        return Ok(prove_first(&format!("{PATH}?{}", written(&form, None))));
    }
    let now = app.clock.now();
    let seen = form.get("made_until").and_then(|at| at.parse().ok()).map(Timestamp);
    let seen = seen.filter(|seen| *seen <= now && seen.plus(GOOD_FOR) > now);
    let Some(made_until) = seen else {
        return Err(Refusal::invalid_request("the preview is too old; look at it again").into());
    };
    let bulk = Bulk { filter: everybodys(&at, &form), made_until };
    let typed = form.get("count").unwrap_or_default();
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let preview = api_tokens::preview(&app, &at.actor, &bulk).await?;
    if typed != preview.total.to_string() {
        let field = Field::new(typed)
            .with_error(t("Write {count}, the number of tokens that end.").with("count", preview.total));
        let mut response = shown(&app, &at, &form, &bulk, &preview, field);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let revoked = api_tokens::revoke_matching(&app, &at.actor, &bulk).await?;
    Ok(Redirect::to(&format!("{}?revoked={revoked}", at.url())).into_response())
}

async fn render(app: &App, at: &At, query: &Params, bulk: &Bulk, count: Field) -> Result<Response, Refusal> {
    let preview = api_tokens::preview(app, &at.actor, bulk).await?;
    Ok(shown(app, at, query, bulk, &preview, count))
}

fn shown(app: &App, at: &At, query: &Params, bulk: &Bulk, preview: &BulkPreview, count: Field) -> Response {
    let now = app.clock.now();
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let share = |share: &api_tokens::OwnerShare| TokenOwnerShare {
        name: share.name.clone(),
        is_organization: matches!(share.owner, Owner::Organization(_)),
        user_id: match share.owner {
            Owner::User(id) => Some(id.to_string()),
            Owner::Organization(_) => None,
        },
        tokens: share.tokens,
    };
    page::render(&TokensRevoke {
        chrome: at.chrome(app),
        filter: ["q", "kind", "unused"].map(|name| (name.to_owned(), text(name))).into(),
        back: format!("{}?{}", at.url(), written(query, None)),
        made_until: bulk.made_until.0,
        total: preview.total,
        has_more: preview.has_more,
        owners: preview.owners,
        largest: preview.largest.iter().map(share).collect(),
        used_today: preview.used_today,
        used_this_week: preview.used_this_week,
        never_used: preview.never_used,
        latest: preview
            .latest
            .iter()
            .map(|(it, owner)| {
                let used = it.last_used_at.map(|at| When::new(at.0, now.0));
                (it.name.clone(), owner.clone(), used)
            })
            .collect(),
        count,
    })
}
