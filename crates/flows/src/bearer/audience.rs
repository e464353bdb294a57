use postern_domain::Refusal;

use super::Verdict;
use crate::App;

impl Verdict {
    /// That the token may be used at an API: it is for that one among others, or for any (RFC 8707 section 2).
    ///
    /// # Errors
    /// `invalid_token` if it is for others only (RFC 9068 section 4).
    pub fn check_audience(&self, resource: &str) -> Result<(), Refusal> {
        match &self.permit.audience {
            Some(audience) if !audience.contains(resource) => Err(Refusal::invalid_token(format!(
                "the token is for another API; ask for one with resource={resource}"
            ))),
            _ => Ok(()),
        }
    }
}

/// That a token may be used at this server's own API, userinfo included.
///
/// # Errors
/// `invalid_token` if it is for other APIs only.
pub fn for_own_api(app: &App, verdict: &Verdict) -> Result<(), Refusal> {
    verdict.check_audience(&app.resources.own().identifier)
}
