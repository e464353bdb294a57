use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Action, EventId};
use crate::{OrganizationId, Timestamp, TokenId, UserId};

/// A change that somebody made. No secret is ever in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Its id.
    pub id: EventId,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub by: By,
    /// What was done.
    pub action: Action,
    /// What it was done to.
    pub target: Target,
    /// The organization whose matter it is.
    pub organization_id: Option<OrganizationId>,
    /// What changed, as it was before.
    pub before: Option<Value>,
    /// The same as it is now.
    pub after: Option<Value>,
    /// Where the request came from, if it was one.
    pub address: Option<IpAddr>,
}

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum By {
    /// Whoever runs commands on the server's machine.
    Operator,
    /// The server by itself.
    Server,
    /// Somebody who is not known, such as who reports a leaked token.
    Anybody,
    /// What it was done to: a client that manages its own registration.
    Itself,
    /// Somebody with a session or a token.
    Person {
        /// Who: the person, or who answers for the organization's token.
        #[serde(skip)]
        user_id: Option<UserId>,
        /// On whose behalf, if not their own.
        #[serde(skip)]
        acting_for: Option<UserId>,
        /// By which token, if not by a session.
        #[serde(skip)]
        token_id: Option<TokenId>,
    },
}

impl By {
    /// A person in a browser.
    pub const fn user(id: UserId) -> Self {
        Self::Person { user_id: Some(id), acting_for: None, token_id: None }
    }

    /// A person in a browser, as somebody else.
    pub const fn acting_as(id: UserId, other: UserId) -> Self {
        Self::Person { user_id: Some(id), acting_for: Some(other), token_id: None }
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is: `token`, `client`, `organization` …
    pub kind: Cow<'static, str>,
    /// Its id, if it has one.
    pub id: Option<Uuid>,
    /// What people called it at the time.
    pub name: String,
}

impl Target {
    /// A thing with an id and a name.
    pub fn new(kind: &'static str, id: impl Into<Uuid>, name: impl ToString) -> Self {
        Self { kind: Cow::Borrowed(kind), id: Some(id.into()), name: name.to_string() }
    }

    /// A thing without an id.
    pub fn named(kind: &'static str, name: impl ToString) -> Self {
        Self { kind: Cow::Borrowed(kind), id: None, name: name.to_string() }
    }
}
