//! The app's own sessions: in memory, found by a cookie, forgotten after some hours.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, header::COOKIE};
use openidconnect::{
    AccessToken, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier, RefreshToken,
    core::{CoreIdTokenClaims, CoreTokenResponse, CoreUserInfoClaims},
};

const COOKIE_NAME: &str = "ledgerly";
/// How long a session lives, whatever happens in it.
const LIFETIME: Duration = Duration::from_hours(12);
/// Sign-ins one browser may have under way at once, say in several tabs; older ones are forgotten.
const MOST_PENDING: usize = 8;
/// Sessions kept at once; at the limit the oldest goes, so that visitors can't fill the memory.
const MOST_SESSIONS: usize = 10_000;

/// A sign-in that has left for the server and has not come back.
pub(crate) struct Pending {
    pub(crate) state: CsrfToken,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
}

/// Somebody who signed in, and what the app may do for them.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) claims: CoreIdTokenClaims,
    pub(crate) profile: Option<CoreUserInfoClaims>,
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) scopes: Vec<String>,
    /// When the access token ends.
    pub(crate) expires: Option<Instant>,
    /// How many times the tokens were refreshed since the sign-in.
    pub(crate) refreshed: u32,
    /// What the last button press came to, shown once.
    pub(crate) notice: Option<String>,
}

impl Account {
    /// Somebody who just signed in; `asked` are the scopes that were asked for.
    pub(crate) fn new(tokens: &CoreTokenResponse, claims: CoreIdTokenClaims, asked: &[String]) -> Self {
        let mut account = Self {
            claims,
            profile: None,
            access_token: tokens.access_token().clone(),
            refresh_token: None,
            scopes: asked.to_vec(),
            expires: None,
            refreshed: 0,
            notice: None,
        };
        account.keep(tokens);
        account
    }

    /// Keeps what a token answer brought (RFC 6749, sections 5.1 and 6): where it names no scope, those known
    /// before were granted; where it carries no refresh token, the old one goes on.
    pub(crate) fn keep(&mut self, tokens: &CoreTokenResponse) {
        self.access_token = tokens.access_token().clone();
        self.expires = tokens.expires_in().map(|life| Instant::now() + life);
        if let Some(next) = tokens.refresh_token() {
            self.refresh_token = Some(next.clone());
        }
        if let Some(granted) = tokens.scopes() {
            self.scopes = granted.iter().map(|scope| scope.as_str().to_owned()).collect();
        }
    }
}

struct Session {
    started: Instant,
    form_token: CsrfToken,
    pending: Vec<Pending>,
    account: Option<Account>,
}

/// All sessions of the running app.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Remembers a sign-in under way in the browser's session, or in a new one; answers the session's id.
    pub(crate) fn begin(&self, id: Option<String>, pending: Pending) -> String {
        let mut all = self.lock();
        let id = match id {
            Some(id) if all.contains_key(&id) => id,
            _ => open(&mut all, None),
        };
        if let Some(session) = all.get_mut(&id) {
            if session.pending.len() >= MOST_PENDING {
                session.pending.remove(0);
            }
            session.pending.push(pending);
        }
        id
    }

    /// Takes the sign-in this answer belongs to: each can be taken once, by the browser that began it.
    pub(crate) fn take_pending(&self, id: &str, state: &str) -> Option<Pending> {
        let mut all = self.lock();
        let session = all.get_mut(id)?;
        let at = session.pending.iter().position(|pending| pending.state.secret() == state)?;
        Some(session.pending.remove(at))
    }

    /// Signs somebody in under a new session id, so that an id known from before is worth nothing.
    pub(crate) fn sign_in(&self, old: &str, account: Account) -> String {
        let mut all = self.lock();
        all.remove(old);
        open(&mut all, Some(account))
    }

    /// Who is signed in, with the token their forms must carry.
    pub(crate) fn account(&self, id: &str) -> Option<(Account, String)> {
        let all = self.lock();
        let session = all.get(id).filter(|session| session.started.elapsed() < LIFETIME)?;
        Some((session.account.clone()?, session.form_token.secret().clone()))
    }

    /// Changes what is kept of the signed-in account.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.lock().get_mut(id).and_then(|session| session.account.as_mut()) {
            change(account);
        }
    }

    /// Forgets the session.
    pub(crate) fn end(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(all: &mut HashMap<String, Session>, account: Option<Account>) -> String {
    all.retain(|_, session| session.started.elapsed() < LIFETIME);
    if all.len() >= MOST_SESSIONS {
        let oldest = all.iter().min_by_key(|(_, session)| session.started).map(|(id, _)| id.clone());
        oldest.and_then(|id| all.remove(&id));
    }
    let id = CsrfToken::new_random_len(32).secret().clone();
    let form_token = CsrfToken::new_random_len(32);
    all.insert(id.clone(), Session { started: Instant::now(), form_token, pending: Vec::new(), account });
    id
}

/// The session id the browser sent, if any.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned())
}

/// The `Set-Cookie` value that keeps `id` in the browser. Lax, so that it comes along on the way back from the
/// server; scripts can't read it.
pub(crate) fn set_cookie(id: &str, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{COOKIE_NAME}={id}; Path=/; HttpOnly; SameSite=Lax{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(state: &str) -> Pending {
        Pending {
            state: CsrfToken::new(state.into()),
            nonce: Nonce::new_random(),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
        }
    }

    #[test]
    fn a_sign_in_comes_back_once_and_only_to_its_browser() {
        let sessions = Sessions::default();
        let mine = sessions.begin(None, pending("s1"));
        let other = sessions.begin(None, pending("s2"));
        assert!(sessions.take_pending(&other, "s1").is_none());
        assert!(sessions.take_pending(&mine, "s1").is_some());
        assert!(sessions.take_pending(&mine, "s1").is_none());
    }

    #[test]
    fn two_tabs_may_sign_in_at_once_but_not_without_end() {
        let sessions = Sessions::default();
        let mut id = None;
        for tab in 0..=MOST_PENDING {
            id = Some(sessions.begin(id, pending(&format!("s{tab}"))));
        }
        let id = id.unwrap();
        assert!(sessions.take_pending(&id, "s0").is_none());
        assert!(sessions.take_pending(&id, "s1").is_some());
    }

    #[test]
    fn an_unknown_cookie_gets_a_new_id() {
        let sessions = Sessions::default();
        assert_ne!(sessions.begin(Some("chosen".into()), pending("s")), "chosen");
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; ledgerly=xyz; c=d"));
        assert_eq!(cookie(&headers).as_deref(), Some("xyz"));
        assert_eq!(set_cookie("x", true).unwrap(), "ledgerly=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
