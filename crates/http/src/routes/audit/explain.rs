use axum::response::Response;
use postern_domain::audit::{CallVerdict, Event, EventId};
use postern_domain::limits::KeptRequest;
use postern_domain::{InstanceRight, Refusal};
use postern_flows::api_tokens::{self, Token};
use postern_flows::calls::{self, Explained};
use postern_flows::{Actor, App};
use postern_templating::pages::{AuditAct, AuditAgain, AuditEventPage, AuditSince, TokenTriedLine};
use postern_templating::{Section, When, t};

use super::row::row;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageId, PageRequest};
use crate::said;

pub(super) async fn explain(
    request: PageRequest,
    PageId(id): PageId<EventId>,
) -> Result<Response, PageRefusal> {
    let actor = request.actor();
    let PageRequest { app, visitor, .. } = request;
    let explained = calls::explain(&app, &actor, id).await?;
    let now = app.clock.now().0;
    let shown = row(explained.event.clone(), &explained.names, now);
    let is_call = matches!(explained.event, Event::Call(_));
    let (token_url, replay_url) = urls(&app, &actor, explained.token.as_ref()).await?;
    let limits = explained.limits.clone().unwrap_or_default();
    let line = |line: api_tokens::TriedLine| TokenTriedLine {
        line: line.line,
        limit: line.limit,
        reason: said::text(&line.reason),
    };
    Ok(page::render(&AuditEventPage {
        chrome: page::chrome(&app, &visitor, Section::Audit),
        id: shown.id,
        what: if is_call { t("A call") } else { t("A change") },
        when: shown.when,
        outcome: shown.outcome,
        again: again(&explained).filter(|_| token_url.is_some()),
        act: (!is_call).then_some(AuditAct { sentence: shown.sentence, details: shown.details }),
        told: explained.told.iter().filter(|_| is_call).map(said::text).collect(),
        advice: explained.advice.iter().map(said::text).collect(),
        lines: limits.lines.into_iter().map(line).collect(),
        more_lines: u64::try_from(limits.more).unwrap_or(u64::MAX),
        since: limits.since.map(|since| AuditSince {
            id: since.id.to_string(),
            when: When::new(since.at.0, now),
            now: said::text(&since.now),
        }),
        token_url,
        replay_url,
        facts: shown.facts,
    }))
}

/// A call that did not pass, or would not, for the page that tries requests. What was not kept can't be tried.
fn again(explained: &Explained) -> Option<AuditAgain> {
    let Event::Call(call) = &explained.event else { return None };
    if call.verdict == CallVerdict::Allowed || KeptRequest::read(&call.method, &call.url).url().is_none() {
        return None;
    }
    let (limits, _) = api_tokens::own_limits(explained.token.as_ref()?);
    // A value that was not kept would be tried as what it is not.
    let url = call.url.split('?').next().filter(|_| call.url.contains('…')).unwrap_or(&call.url);
    Some(AuditAgain { method: call.method.clone(), url: url.to_owned(), limits })
}

/// The path of a token's page and the one below which its calls are replayed, for whoever has them.
async fn urls(
    app: &App,
    actor: &Actor,
    token: Option<&Token>,
) -> Result<(Option<String>, Option<String>), Refusal> {
    let Some(token) = token else { return Ok((None, None)) };
    match api_tokens::find(app, actor, token.id, "tokens:read").await {
        Ok((token, owner, api_tokens::Relation::Owner)) => {
            let place = match owner {
                api_tokens::Owner::User(_) => "/settings/tokens".to_owned(),
                api_tokens::Owner::Organization(id) => match app.organization(id).await? {
                    Some(organization) => format!("/organizations/{}/tokens", organization.slug),
                    None => return Ok((None, None)),
                },
            };
            let url = format!("{place}/{}", token.id);
            Ok((Some(url.clone()), Some(url)))
        }
        Ok(_) if actor.has_right(InstanceRight::InstanceAdmin) => {
            Ok((None, Some(format!("/admin/tokens/{}", token.id))))
        }
        Err(refusal) if refusal.cause.is_some() => Err(refusal),
        _ => Ok((None, None)),
    }
}
