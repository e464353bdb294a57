//! What an administrator who acts as somebody else finds open. All that is not in the table is shut, also what is added
//! later: how the person signs in, their tokens' and clients' values, what makes others act for them, the console.

use axum::http::Method;
use postern_domain::Refusal;
use postern_flows::authorize;

use crate::request::SignedIn;

/// Where it ends.
pub(crate) const PATH: &str = "/impersonation";

/// Pages that can be looked at.
const SEEN: &[&str] = &[
    "/",
    "/audit",
    "/audit/{id}",
    "/developer/clients",
    "/developer/clients/{client}",
    "/organizations",
    "/organizations/new",
    "/organizations/{slug}",
    "/organizations/{slug}/clients",
    "/organizations/{slug}/customers",
    "/organizations/{slug}/customers/new",
    "/organizations/{slug}/customers/{id}",
    "/organizations/{slug}/members",
    "/organizations/{slug}/overview",
    "/organizations/{slug}/settings",
    "/organizations/{slug}/tokens",
    "/organizations/{slug}/tokens/{id}",
    "/organizations/{slug}/tokens/{id}/revoke",
    "/settings/account",
    "/settings/applications",
    "/settings/profile",
    "/settings/security",
    "/settings/sessions",
    "/settings/tokens",
    "/settings/tokens/{id}",
    "/settings/tokens/{id}/revoke",
];

/// Forms that are taken.
const TAKEN: &[&str] = &[
    PATH,
    "/organizations/new",
    "/organizations/{slug}/customers/new",
    "/organizations/{slug}/customers/{id}",
    "/organizations/{slug}/members",
    "/organizations/{slug}/settings",
    "/organizations/{slug}/tokens/{id}/revoke",
    "/settings/applications",
    "/settings/profile",
    "/settings/sessions",
    "/settings/tokens/{id}/revoke",
];

/// That whoever asks may have this route's page, or send its form.
///
/// # Errors
/// `forbidden` for somebody who acts as somebody else and may not.
pub(crate) fn admits(
    signed_in: Option<&SignedIn>,
    method: &Method,
    template: Option<&str>,
) -> Result<(), Refusal> {
    let (Some(_), Some(template)) =
        (signed_in.and_then(|signed_in| signed_in.impersonator.as_ref()), template)
    else {
        return Ok(());
    };
    if if method.is_safe() { is_seen(template) } else { is_taken(template) } {
        return Ok(());
    }
    Err(match template {
        authorize::PATH => Refusal::forbidden("nobody signs in to apps as somebody else; end it first"),
        _ => shut(),
    })
}

/// Whether this route's page can be looked at.
pub(crate) fn is_seen(template: &str) -> bool {
    SEEN.contains(&template)
}

/// Whether this route's form is taken.
pub(crate) fn is_taken(template: &str) -> bool {
    TAKEN.contains(&template)
}

/// The answer where something is shut.
pub(crate) fn shut() -> Refusal {
    Refusal::forbidden("this cannot be done while you act as somebody else; end it first")
}
