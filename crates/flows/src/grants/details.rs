use postern_domain::limits::RequestLimit;
use postern_domain::{Params, Permit, Refusal};

use crate::App;

/// What is left of a permit where a token request asks for `authorization_details` (RFC 9396 section 6): the same or
/// less. All of it if none are named.
pub(super) fn within_details(app: &App, held: Permit, params: &Params) -> Result<Permit, Refusal> {
    let Some(details) = params.get("authorization_details") else { return Ok(held) };
    let asked = RequestLimit::read(details, app.config.limits.caps());
    held.narrow_limits(asked.map_err(Refusal::invalid_authorization_details)?)
}
