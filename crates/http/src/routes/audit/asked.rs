use std::sync::Arc;

use postern_domain::audit::{Action, CallVerdict, EventId};
use postern_domain::{InstanceRight, Lifetime, Organization, Params, Refusal, Timestamp, UserId};
use postern_flows::api_tokens::{self, List, Owner};
use postern_flows::audit::{Filter, Sort};
use postern_flows::{Actor, App, Paging, organizations};
use postern_templating::{Text, t};
use time::{Date, Month};
use uuid::Uuid;

use crate::request::SignedIn;

/// What can be shown: the value, its label, and what that is.
pub(super) const SHOWS: [(&str, Text, Option<Sort>, Option<CallVerdict>); 5] = [
    ("calls", t("Calls"), Some(Sort::Call), None),
    ("changes", t("Changes"), Some(Sort::Act), None),
    ("allowed", t("Allowed calls"), Some(Sort::Call), Some(CallVerdict::Allowed)),
    ("refused", t("Refused calls"), Some(Sort::Call), Some(CallVerdict::Refused)),
    ("report_only", t("Calls that would be refused"), Some(Sort::Call), Some(CallVerdict::ReportOnly)),
];

/// Which events somebody asked for.
pub(super) struct Asked {
    pub(super) actor: Actor,
    pub(super) filter: Filter,
    /// The organization that is meant, if one is.
    pub(super) organization: Option<Arc<Organization>>,
    /// The one event that is meant, if one is.
    pub(super) event: Option<EventId>,
    /// Why nothing can be shown.
    pub(super) problem: Option<Text>,
}

impl Asked {
    /// Reads a query. What is wrong with it is for the page to say.
    ///
    /// # Errors
    /// `not_found` for an organization that is not theirs; `temporarily_unavailable` or `server_error` if the database fails.
    pub(super) async fn read(app: &App, signed_in: &SignedIn, query: &Params) -> Result<Self, Refusal> {
        let actor = signed_in.actor(app);
        let mut problem = None;
        let given = |name: &str| query.get(name).map(str::trim).filter(|text| !text.is_empty());
        let organization = match given("organization") {
            Some(slug) => Some(organizations::find(app, &actor, slug).await?.0),
            None => None,
        };
        let show = given("show").and_then(|show| SHOWS.into_iter().find(|(value, ..)| *value == show));
        let mut filter = Filter {
            organization: organization.as_ref().map(|organization| organization.id),
            sort: show.as_ref().and_then(|(.., sort, _)| *sort),
            verdict: show.as_ref().and_then(|(.., verdict)| *verdict),
            action: given("action").and_then(|action| action.parse::<Action>().ok()),
            ..Filter::default()
        };
        if let Some(token) = given("token") {
            match token_named(app, &actor, organization.as_deref(), signed_in.user.id, token).await? {
                Some(id) => filter.token = Some(id),
                None => {
                    problem = Some(
                        t("There is no token “{token}” here. Write its id or its whole name.")
                            .with("token", token),
                    );
                }
            }
        }
        if let Some(user) = given("user") {
            filter.user = Some(user_named(app, user).await?);
        }
        match (day(given("from")), day(given("to"))) {
            (Ok(from), Ok(to)) => {
                filter.since = from;
                filter.until = to.map(|to| to.plus(Lifetime::days(1)));
            }
            _ => problem = Some(t("Write days as 2026-11-22.")),
        }
        let event = given("id").and_then(|id| id.parse().ok());
        if let (Some(id), None) = (given("id"), event) {
            problem = Some(
                t("“{id}” is no id. Write X-Request-Id of the answer, or request_id of its body.")
                    .with("id", id),
            );
        }
        Ok(Self { actor, filter, organization, event, problem })
    }

    /// Whether they see everybody's.
    pub(super) fn sees_all(&self) -> bool {
        self.actor.has_right(InstanceRight::InstanceAdmin)
    }
}

async fn token_named(
    app: &App,
    actor: &Actor,
    organization: Option<&Organization>,
    user: UserId,
    name: &str,
) -> Result<Option<postern_domain::TokenId>, Refusal> {
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    let list = match organization {
        Some(organization) => List::Of(Owner::Organization(organization.id)),
        None if actor.has_right(InstanceRight::InstanceAdmin) => List::Everybody,
        None => List::Of(Owner::User(user)),
    };
    let filter = api_tokens::Filter { query: Some(name.to_owned()), ..api_tokens::Filter::default() };
    let paging = Paging { limit: Paging::MOST, cursor: None };
    let found = api_tokens::list(app, actor, list, &filter, &paging).await?;
    let is_it = |token: &&api_tokens::Token| token.api().is_some_and(|api| api.name.as_str() == name);
    Ok(found.items.iter().find(is_it).or(found.items.first()).map(|token| token.id))
}

/// Of somebody who is not there nothing is found, as of somebody of whom there is nothing to see.
async fn user_named(app: &App, name: &str) -> Result<UserId, Refusal> {
    match name.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(api_tokens::user_named(app, name).await?.unwrap_or(UserId(Uuid::nil()))),
    }
}

/// The first moment of a day.
fn day(text: Option<&str>) -> Result<Option<Timestamp>, ()> {
    let Some(text) = text else { return Ok(None) };
    let mut parts = text.splitn(3, '-');
    let mut next = || parts.next().and_then(|part| part.parse::<u16>().ok());
    let (Some(year), Some(month), Some(day)) = (next(), next(), next()) else { return Err(()) };
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).ok_or(())?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).map_err(|_| ())?);
    Ok(Some(Timestamp(date.map_err(|_| ())?.midnight().assume_utc().unix_timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(day(None), Ok(None));
        assert_eq!(day(Some("2026-11-22")), Ok(Some(Timestamp(1_795_305_600))));
        for text in ["2026-13-01", "2026-02-30", "2026", "x", "2026-11-22-1", "-1-1-1"] {
            assert!(day(Some(text)).is_err(), "{text}");
        }
    }
}
