use postern_domain::audit::{Action, CallVerdict, Event, EventId, Outcome};
use postern_domain::{
    Capability, InstanceRight, OrganizationId, Refusal, Subject, Timestamp, TokenId, UserId,
};
use postern_storage::audit::{self, Search, Whose};

use crate::{Actor, App, Paging, Slice};

/// What it takes to read.
pub(super) const SCOPE: &str = "audit:read";
/// Events that an export reads at a time.
const PART: u64 = 500;

/// The two sorts of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Calls with a token.
    Call,
    /// Changes.
    Act,
}

impl std::str::FromStr for Sort {
    type Err = String;

    /// The error is a sentence for whoever wrote it.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "call" => Ok(Self::Call),
            "act" => Ok(Self::Act),
            _ => Err("a sort of event is call or act".to_owned()),
        }
    }
}

/// Which events are wanted. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of calls and acts with a token, and of acts on it.
    pub token: Option<TokenId>,
    /// Of what a person did, or was done in their name or to their account.
    pub user: Option<UserId>,
    /// Of an organization.
    pub organization: Option<OrganizationId>,
    /// Of this sort.
    pub sort: Option<Sort>,
    /// Calls that were judged so.
    pub verdict: Option<CallVerdict>,
    /// Acts of this kind.
    pub action: Option<Action>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// `None` if nothing can be what is asked for.
    fn search(&self, whose: Whose) -> Option<Search> {
        let outcomes = match (self.sort, self.verdict) {
            (Some(Sort::Act), Some(_)) => return None,
            (_, Some(verdict)) => vec![Outcome::Call(verdict)],
            (Some(Sort::Call), None) => Outcome::CALLS.to_vec(),
            (Some(Sort::Act), None) => vec![Outcome::Act],
            (None, None) => Vec::new(),
        };
        Some(Search {
            whose,
            token: self.token,
            user: self.user,
            organization: self.organization,
            outcomes,
            action: self.action,
            since: self.since,
            until: self.until,
        })
    }
}

/// A part of what somebody may see, the newest first: people what they did and what their tokens called, an organization's
/// owners and admins what concerns it, administrators everything.
///
/// # Errors
/// `insufficient_scope` without `audit:read`; `invalid_request` for a cursor of another list; those of [`Actor::may`] for
/// an organization.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    paging: &Paging,
) -> Result<Slice<Event>, Refusal> {
    let whose = whose(app, actor, filter).await?;
    let Some(search) = filter.search(whose) else { return Ok(Slice { items: Vec::new(), next: None }) };
    let what = format!("audit {search:?}");
    let before = paging.after(app, &what)?.and_then(|id| id.parse::<EventId>().ok());
    let found = audit::list(&app.db, &search, before, paging.with_one_more()).await?;
    Ok(paging.slice(app, &what, found, |event| event.id().to_string()))
}

/// All that somebody may see, some at a time.
pub struct Events {
    search: Option<Search>,
    before: Option<EventId>,
}

/// All that somebody may see, to be read part by part.
///
/// # Errors
/// Those of [`list`].
pub async fn events(app: &App, actor: &Actor, filter: &Filter) -> Result<Events, Refusal> {
    let whose = whose(app, actor, filter).await?;
    Ok(Events { search: filter.search(whose), before: None })
}

impl Events {
    /// The next part; an empty one is the end.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn next(&mut self, app: &App) -> Result<Vec<Event>, Refusal> {
        let Some(search) = &self.search else { return Ok(Vec::new()) };
        let found = audit::list(&app.db, search, self.before, PART).await?;
        match found.last() {
            Some(last) => self.before = Some(last.id()),
            None => self.search = None,
        }
        Ok(found)
    }
}

async fn whose(app: &App, actor: &Actor, filter: &Filter) -> Result<Whose, Refusal> {
    actor.holds(SCOPE)?;
    if actor.has_right(InstanceRight::InstanceAdmin) {
        return Ok(Whose::Everybodys);
    }
    if let Some(organization) = filter.organization {
        actor.may(app, organization, Capability::ReadAudit, SCOPE).await?;
        return Ok(Whose::Organization(organization));
    }
    match actor.permit().map(|permit| permit.subject) {
        Some(Subject::User(user)) => Ok(Whose::User(user)),
        Some(Subject::Organization(organization)) => Ok(Whose::Organization(organization)),
        _ => Err(Refusal::insufficient_subject("this is for people and organizations")),
    }
}
