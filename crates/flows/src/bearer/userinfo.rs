use postern_domain::Refusal;

use super::Verdict;
use crate::claims::Claims;

/// The claims about the subject of an access token (OIDC Core section 5.3.2).
///
/// # Errors
/// `insufficient_scope` if the token was not granted for `openid`, `insufficient_subject` for a customer's.
pub fn userinfo(verdict: &Verdict) -> Result<Claims<'_>, Refusal> {
    if !verdict.holds("openid") {
        return Err(Refusal::insufficient_scope("the token does not hold the scope “openid”"));
    }
    verdict.holder.claims(&verdict.permit).ok_or_else(|| {
        Refusal::insufficient_subject("a customer's token says nothing here; ask /v1/customer-portal/session")
    })
}
