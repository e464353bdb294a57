use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Params, Refusal};
use postern_flows::App;
use postern_flows::api_tokens;
use postern_flows::calls::{self, Learned, LearnedLine, Replay, Span};
use postern_templating::pages::{CallShapes, LearnedLimit, TokenLearn};
use postern_templating::t;

use super::asked::ManagedToken;
use super::calls::{report_only_until, shapes, shown, span_of};
use super::replay::set_limits;
use super::show::locked;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{FormAbout, PageQuery};

/// What the marks of learned limits are for.
const PURPOSE: &str = "learned limits";

pub(super) async fn proposed(
    about: ManagedToken,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let (page, _) = page_of(&about, &query).await?;
    Ok(page::render(&page))
}

/// Applies what was shown, unless calls that came since make it something else.
pub(super) async fn apply(FormAbout(about, form): FormAbout<ManagedToken>) -> Result<Response, PageRefusal> {
    let (mut page, learned) = page_of(&about, &form).await?;
    if page.lines.is_empty() || form.get("mark") != Some(page.mark.as_str()) {
        page.problem = Some(t(
            "Calls came in the meantime, and these are other limits than you saw. Look them through, and apply them then.",
        ));
        return Ok((StatusCode::CONFLICT, page::render(&page)).into_response());
    }
    let filters = if page.filters { "&filters=on" } else { "" };
    let url = about.at.url_of(about.token.id);
    let back = format!("{url}/learn?days={}{filters}", span_of(&form)?.days());
    let set = set_limits(&about.app, &about.at, &about, &learned.text(), true, &back).await;
    set.map_err(|refusal| match refusal {
        postern_flows::FormRefusal::Refused(refusal) => refusal.into(),
        postern_flows::FormRefusal::Fields(errors) => {
            Refusal::conflict(format!("the token can't be changed so: {errors}")).into()
        }
    })
}

async fn page_of(about: &ManagedToken, params: &Params) -> Result<(TokenLearn, Learned), Refusal> {
    let ManagedToken { app, at, token, relation } = about;
    let span: Span = span_of(params)?;
    let filters = params.get("filters").is_some();
    let (recorded, mut learned) = calls::learn(app, &at.actor, token.id, span, filters).await?;
    let (own, _) = api_tokens::own_limits(token);
    let report_only_until = report_only_until(app, token);
    let (left_out, refused) = refused(app, learned.replay.take());
    let text = learned.text();
    let page = TokenLearn {
        chrome: at.chrome(app),
        token: at.heading(token),
        recorded: shown(app, &recorded, span),
        filters,
        calls: learned.calls,
        mark: URL_SAFE_NO_PAD.encode(app.secret_key.mark(PURPOSE, text.as_bytes())),
        problem: None,
        lines: learned.lines.iter().map(line).collect(),
        is_same: text == own && report_only_until.is_none(),
        is_widened: learned.is_widened,
        is_too_much: learned.is_too_much,
        left_out,
        refused,
        report_only_until,
        has_limits: !own.is_empty(),
        locked_because: locked(app, token, *relation).unwrap_or_default(),
    };
    Ok((page, learned))
}

/// Calls that passed and would not, and those that were refused and would be.
fn refused(app: &App, replay: Option<Replay>) -> (CallShapes, CallShapes) {
    match replay {
        Some(replay) => (shapes(app, replay.fails), shapes(app, replay.refused_again)),
        None => (CallShapes::default(), CallShapes::default()),
    }
}

fn line(line: &LearnedLine) -> LearnedLimit {
    LearnedLimit {
        limit: line.limit.clone(),
        calls: line.calls,
        examples: line.examples.iter().map(|(method, url)| format!("{method} {url}")).collect(),
        filters: line.filters.clone(),
    }
}
