use std::num::NonZeroU32;

use postern_domain::Rate;
use serde::{Deserialize, Serialize};

use crate::ServiceUrl;

/// How often the API may be called, and budgets: of failed tries, of which success never counts, and of what anybody may
/// have the server keep.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimits {
    /// Whether calls of the API are counted.
    pub enabled: bool,
    /// What organizations of the lowest tier may ask.
    pub restricted: Rate,
    /// What everybody may ask of whom nothing else is said.
    pub default: Rate,
    /// What organizations of the highest tier may ask.
    pub elevated: Rate,
    /// What a page may ask in the name of somebody who is signed in.
    pub web_session: Rate,
    /// What an address may ask without a credential that works.
    pub address: Rate,
    /// `redis://…`, where several nodes count together; without it each counts by itself.
    pub redis_url: Option<ServiceUrl>,
    /// Failed sign-ins a minute for one account.
    pub sign_in_account: u32,
    /// Failed sign-ins a minute from one address.
    pub sign_in_address: u32,
    /// Failed client authentications a minute for one client and address.
    pub client_authentication: u32,
    /// Sign-ups an hour from one address.
    pub registration: u32,
    /// Links to recover an account that are asked for, an hour from one address.
    pub recovery: u32,
    /// Clients that register themselves an hour from one address without an initial access token.
    pub client_registration: u32,
    /// Authorization requests that apps let browsers post, a minute from one address.
    pub posted_request: u32,
    /// Reports of leaked tokens a minute from one address. Those that are signed are not counted.
    pub leak_report: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        const fn at(requests: u32) -> NonZeroU32 {
            match NonZeroU32::new(requests) {
                Some(requests) => requests,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            enabled: true,
            restricted: Rate::per_minute(at(60)),
            default: Rate::per_minute(at(500)),
            elevated: Rate::per_second(at(100)),
            web_session: Rate::per_second(at(100)),
            address: Rate::per_minute(at(500)),
            redis_url: None,
            sign_in_account: 10,
            sign_in_address: 30,
            client_authentication: 60,
            registration: 20,
            recovery: 20,
            client_registration: 20,
            posted_request: 60,
            leak_report: 30,
        }
    }
}
