use std::collections::BTreeSet;

use postern_domain::{Params, Permit, Refusal, Scopes};

use crate::App;

/// The APIs that a token request names (RFC 8707 section 2.2); `None` if it names none.
pub(super) fn named(app: &App, params: &Params) -> Result<Option<BTreeSet<String>>, Refusal> {
    app.resources.named(params.all("resource"))
}

/// That each scope which a token request names opens something at an API that it names beside.
pub(super) fn check_scopes(app: &App, asked: &Scopes, params: &Params) -> Result<(), Refusal> {
    match named(app, params)? {
        Some(audience) => app.resources.check_askable(asked, &audience),
        None => Ok(()),
    }
}

/// What the access token of a token request may hold of what was granted.
pub(super) fn within_resources(app: &App, granted: &Permit, params: &Params) -> Result<Permit, Refusal> {
    app.resources.narrow(granted, named(app, params)?)
}
