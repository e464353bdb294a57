use std::str::FromStr;

use postern_domain::audit::{Call, Event};
use postern_domain::{InstanceRight, Lifetime, Refusal, Timestamp, TokenId};
use postern_storage::api_tokens::Owner;
use postern_storage::tokens::Token;

use crate::api_tokens::{self, Relation};
use crate::audit::{self, Filter, Sort};
use crate::{Actor, App};

/// Most calls that are looked at, the latest.
pub const MOST: usize = 10_000;

/// How far back calls are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// A day.
    Day,
    /// A week.
    #[default]
    Week,
    /// A month of 30 days.
    Month,
}

/// Calls with a token, as they were written down.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The token.
    pub token: Token,
    /// By what right its calls are read.
    pub relation: Relation,
    /// The calls, the latest first.
    pub calls: Vec<Call>,
    /// From when on.
    pub since: Timestamp,
    /// Whether there were more than [`MOST`] and the earlier ones are not looked at.
    pub is_cut: bool,
    /// Whether calls are written down at all, now.
    pub is_recording: bool,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// How many days.
    pub const fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
        }
    }
}

impl FromStr for Span {
    type Err = String;

    /// The error is a sentence for whoever wrote it.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|span| span.days().to_string() == text)
            .ok_or_else(|| "calls are looked at for 1, 7 or 30 days".to_owned())
    }
}

/// Reads the calls with a token.
///
/// # Errors
/// `not_found` for a token that is none of theirs; `insufficient_scope` without `tokens:read` and `audit:read`; `forbidden`
/// for administrators who may see the token and not what others call.
pub(super) async fn read(app: &App, actor: &Actor, id: TokenId, span: Span) -> Result<Recorded, Refusal> {
    let (token, owner, relation) = api_tokens::find(app, actor, id, "tokens:read").await?;
    if relation == Relation::Administrator && !actor.has_right(InstanceRight::InstanceAdmin) {
        return Err(Refusal::forbidden("to read the calls of others takes the right instance:admin"));
    }
    let since = app.clock.now().minus(Lifetime::days(span.days()));
    let filter = Filter {
        token: Some(id),
        organization: match owner {
            Owner::Organization(id) => Some(id),
            Owner::User(_) => None,
        },
        sort: Some(Sort::Call),
        since: Some(since),
        ..Filter::default()
    };
    let mut events = audit::events(app, actor, &filter).await?;
    let mut calls = Vec::new();
    loop {
        let part = events.next(app).await?;
        if part.is_empty() {
            break;
        }
        calls.extend(part.into_iter().filter_map(call));
        if calls.len() > MOST {
            break;
        }
    }
    let is_cut = calls.len() > MOST;
    calls.truncate(MOST);
    Ok(Recorded { token, relation, calls, since, is_cut, is_recording: app.audit.is_enabled() })
}

fn call(event: Event) -> Option<Call> {
    match event {
        Event::Call(call) => Some(call),
        Event::Act(_) => None,
    }
}
