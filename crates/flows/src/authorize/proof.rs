use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, OwnPath, Params, Session, SessionId, Timestamp};
use sha2::{Digest, Sha256};

use super::{PATH, choice};
use crate::App;

/// The parameter that says what the person has already done for a request.
pub(super) const PARAMETER: &str = "postern_interaction";
const PURPOSE: &str = "authorization interaction";
/// For how long it counts: a sign-in for a request that is gone on with later is asked for again.
const LIFETIME: Lifetime = Lifetime::seconds(1_800);
/// Kind, time and session.
const CLAIM: usize = 1 + 8 + 16;

/// What a person did for one request, in the session they did it in. Only this server can say so: it is marked with the
/// instance's key, together with the request, so it is worth nothing for another request, session or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// They said that this account is meant.
    Chosen,
    /// They proved who they are.
    SignedIn,
}

/// The same own path, with the word that the person of `session` has just signed in for it. Paths that are not of the
/// authorization endpoint stay as they are.
pub fn after_sign_in(app: &App, return_to: &OwnPath, session: &Session) -> OwnPath {
    with_proof(app, return_to, session, Proof::SignedIn)
}

/// The same own path, with the word that the account of `session` has been chosen for it.
pub fn after_choice(app: &App, return_to: &OwnPath, session: &Session) -> OwnPath {
    with_proof(app, return_to, session, Proof::Chosen)
}

fn with_proof(app: &App, return_to: &OwnPath, session: &Session, proof: Proof) -> OwnPath {
    let request = Params::parse_repeated(return_to.query().as_bytes()).ok();
    let Some(request) = request.filter(|_| return_to.path() == PATH && !return_to.query().is_empty()) else {
        return return_to.clone();
    };
    // Who signs in anew, or as somebody else, chooses anew.
    let request = request.without(PARAMETER).without(choice::PARAMETER);
    let claim = claim(proof, app.clock.now(), session.id);
    let mark = app.secret_key.mark(PURPOSE, &message(&claim, &request));
    let text = URL_SAFE_NO_PAD.encode([claim.as_slice(), &mark].concat());
    let path = format!("{PATH}?{}", request.with(PARAMETER, &text).to_urlencoded());
    OwnPath::parse(&path).unwrap_or_else(|| return_to.clone())
}

/// What the word that came along with a request is worth in this session. One that is forged, foreign or old is worth
/// nothing.
pub(super) fn read(
    app: &App,
    request: &Params,
    text: Option<&str>,
    session: &Session,
    now: Timestamp,
) -> Option<Proof> {
    let bytes = URL_SAFE_NO_PAD.decode(text?).ok()?;
    let (said, mark) = bytes.split_at_checked(CLAIM)?;
    let (kind, rest) = said.split_first()?;
    let (at, _) = rest.split_first_chunk()?;
    let at = Timestamp(i64::from_be_bytes(*at));
    let proof = [Proof::Chosen, Proof::SignedIn].into_iter().find(|proof| *proof as u8 == *kind)?;
    let good = claim(proof, at, session.id) == said
        && at.plus(LIFETIME) >= now
        && app.secret_key.is_mark(PURPOSE, &message(said, request), mark);
    good.then_some(proof)
}

fn claim(proof: Proof, at: Timestamp, session: SessionId) -> Vec<u8> {
    [&[proof as u8], at.0.to_be_bytes().as_slice(), session.0.as_bytes()].concat()
}

fn message(claim: &[u8], request: &Params) -> Vec<u8> {
    [claim, Sha256::digest(request.to_urlencoded()).as_slice()].concat()
}
