use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, OrganizationId, Params, Session, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::App;

/// The parameter that says for which organization the person lets a request go on.
pub(super) const PARAMETER: &str = "postern_organization";
/// Its value where another one is to be chosen.
pub(super) const OPEN: &str = "choose";
const PURPOSE: &str = "authorization organization";
/// For how long a choice counts.
const LIFETIME: Lifetime = Lifetime::seconds(1_800);
/// Time and organization.
const CLAIM: usize = 8 + 16;

/// The word that the person of `session` has chosen an organization for a request. Only this server can say so: it is
/// worth nothing for another request or session.
pub(super) fn word(
    app: &App,
    request: &Params,
    session: &Session,
    organization: OrganizationId,
    now: Timestamp,
) -> String {
    let claim = [now.0.to_be_bytes().as_slice(), organization.0.as_bytes()].concat();
    let mark = app.secret_key.mark(PURPOSE, &message(&claim, request, session));
    URL_SAFE_NO_PAD.encode([claim.as_slice(), &mark].concat())
}

/// The organization of such a word. One that is forged, foreign or old is worth nothing.
pub(super) fn read(
    app: &App,
    request: &Params,
    word: Option<&str>,
    session: &Session,
    now: Timestamp,
) -> Option<OrganizationId> {
    let bytes = URL_SAFE_NO_PAD.decode(word?).ok()?;
    let (claim, mark) = bytes.split_at_checked(CLAIM)?;
    let (at, organization) = claim.split_first_chunk()?;
    let good = Timestamp(i64::from_be_bytes(*at)).plus(LIFETIME) >= now
        && app.secret_key.is_mark(PURPOSE, &message(claim, request, session), mark);
    good.then(|| Uuid::from_slice(organization).ok().map(OrganizationId)).flatten()
}

fn message(claim: &[u8], request: &Params, session: &Session) -> Vec<u8> {
    let request = Sha256::digest(request.to_urlencoded());
    [claim, session.id.0.as_bytes(), request.as_slice()].concat()
}
