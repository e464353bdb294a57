use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::EventId;
use crate::{ClientId, OrganizationId, Timestamp, TokenId, TokenKind, UserId};

/// A call with a token that is, or was, one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id, which the caller was told as the id of the request.
    pub id: EventId,
    /// When it came.
    pub at: Timestamp,
    /// Where it came.
    pub place: Place,
    /// The token.
    pub token_id: TokenId,
    /// The kind of token.
    pub kind: TokenKind,
    /// Whose token it is: the person, or who answers for the organization's.
    pub user_id: Option<UserId>,
    /// On whose behalf it was, if not their own.
    pub acting_for: Option<UserId>,
    /// The app that sent it, if one was given the token.
    pub client_id: Option<ClientId>,
    /// The organization that the token speaks for.
    pub organization_id: Option<OrganizationId>,
    /// Where it came from.
    pub address: IpAddr,
    /// The method as it was sent.
    pub method: String,
    /// The URL, as [`redacted`](super::redacted()) shows it.
    pub url: String,
    /// The status of the answer.
    pub status: u16,
    /// Whether it was let through.
    pub verdict: CallVerdict,
    /// Why not: a stable code such as `insufficient_scope`.
    pub reason: Option<Cow<'static, str>>,
    /// The line of the token's limits that let it through, counted from 1.
    pub line: Option<u32>,
    /// How long it took, in microseconds.
    pub latency_us: u64,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $what:literal { $($(#[$row:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$row])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            /// The error is a sentence for whoever wrote it.
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text).ok_or_else(|| {
                    let all: Vec<_> = Self::ALL.iter().map(|it| it.as_str()).collect();
                    format!("{} is one of {}", $what, all.join(", "))
                })
            }
        }
    };
}

words! {
    /// Where a call came.
    Place: "a place" {
        /// This server's own API.
        Api = "api",
        /// Another API, whose proxy asked the guard.
        Guard = "guard",
    }
}

words! {
    /// What was decided about a call.
    CallVerdict: "a verdict" {
        /// It was let through.
        Allowed = "allowed",
        /// It was not.
        Refused = "refused",
        /// It was let through, and would not have been if its token were not only watched.
        ReportOnly = "report_only",
    }
}
