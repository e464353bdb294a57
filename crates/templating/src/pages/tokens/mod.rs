//! API tokens: a person's own (`/settings/tokens`), an organization's (`/organizations/{slug}/tokens`), and those of
//! everybody for administrators (`/admin/tokens`).

mod calls;
mod form;
mod heading;
mod learn;
mod list;
mod new;
mod place;
mod renew;
mod replay;
mod revoke;
mod revoke_many;
mod rotate;
mod show;
mod try_request;
mod value;

pub use calls::{CallShapeRow, CallShapes, RecordedCalls};
pub use form::TokenForm;
pub use heading::TokenHeading;
pub use learn::{LearnedLimit, TokenLearn};
pub use list::{TokenFilter, TokenRow, Tokens};
pub use new::TokenNew;
pub use place::TokenPlace;
pub use renew::TokenRenew;
pub use replay::{TokenReplay, TokenReplayed};
pub use revoke::TokenRevoke;
pub use revoke_many::{TokenOwnerShare, TokensRevoke};
pub use rotate::TokenRotate;
pub use show::{Token, TokenActions};
pub use try_request::{TokenTried, TokenTriedLine, TokenTry};
pub use value::{TokenOccasion, TokenValue};

/// The state of the samples.
fn sample_ending() -> crate::Badge {
    let end = crate::When::new(super::SAMPLE_NOW + 6 * 86_400, super::SAMPLE_NOW);
    crate::Badge::new(crate::Tone::Warning, crate::t("ends {when}").with("when", end.relative()))
}

/// The cap of the samples.
fn sample_cap(days: i64) -> crate::Text {
    crate::t("{who} allows {span} at most.").with("who", "Acme Labs").with("span", crate::span(days * 86_400))
}

/// Limits of the samples.
const SAMPLE_LIMITS: &str = "[get].*/rest/api/2/project.*\n[get].*/worklog.*[QueryParam::dateFrom==2018-(0[1-9]|1[0-2])-.*][QueryParam::dateTo==2018-(0[1-9]|1[0-2])-.*]\n[post].*/rest/api/2/filter[JsonData::editable==false]";
