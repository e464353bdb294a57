use postern_domain::{AuthMethodReference, Lifetime, Session, Timestamp, User};

use super::{Proven, Visit};
use crate::{App, device};

/// Longest that a browser's words about itself are kept, in bytes.
const USER_AGENT: usize = 400;

/// How long ago a proof is that was given just now, the clocks of others considered.
const JUST_NOW: Lifetime = Lifetime::seconds(60);

/// Somebody who has just proved who they are.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The account.
    pub user: User,
    /// The session to begin, under a new id in the cookie.
    pub session: Session,
    /// The new value of the known-device cookie.
    pub device: String,
    /// Whether the account was not signed in to in this browser before.
    pub(crate) is_new_device: bool,
}

impl Arrival {
    /// Somebody who has just made their account.
    pub(crate) fn new(app: &App, user: User, visit: &Visit) -> Self {
        Self::by(app, user, visit, &[AuthMethodReference::Pwd])
    }

    /// Somebody who has an account and proved it by `methods`.
    pub(crate) fn of_sign_in(app: &App, user: User, visit: &Visit, methods: &[AuthMethodReference]) -> Self {
        let known = device::find(app, visit.device.as_deref(), user.id, app.clock.now());
        Self { is_new_device: known.is_none(), ..Self::by(app, user, visit, methods) }
    }

    /// Somebody who has just made their account, and proved who they are by `methods`.
    pub(crate) fn by(app: &App, user: User, visit: &Visit, methods: &[AuthMethodReference]) -> Self {
        let now = app.clock.now();
        let session = Session {
            id: app.new_id(),
            user_id: user.id,
            auth_time: now,
            amr: methods.to_vec(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus(app.config.lifetimes.session_absolute),
            user_agent: cut(&visit.user_agent),
            address: visit.address.to_string(),
            browser_id: None,
            impersonator: None,
        };
        let device = device::remember(app, visit.device.as_deref(), user.id, now);
        Self { user, session, device, is_new_device: false }
    }

    /// The same when the person was signed in in this browser already: their session goes on, with a new proof.
    #[must_use]
    pub fn continuing(mut self, session: Option<&Session>) -> Self {
        if let Some(session) = session.filter(|session| session.user_id == self.user.id) {
            self.session.id = session.id;
            self.session.browser_id = session.browser_id;
            self.session.created_at = session.created_at;
            self.is_new_device = false;
        }
        self
    }

    /// The same of somebody who proved it elsewhere at another time.
    pub(crate) fn proved_at(mut self, auth_time: Timestamp) -> Self {
        self.session.auth_time = auth_time;
        self
    }

    /// Whether they proved it just now: who did so elsewhere a while ago has not for a request that asks for a proof.
    pub fn is_of_now(&self) -> bool {
        self.session.auth_time.plus(JUST_NOW) >= self.session.last_seen_at
    }

    /// The session to begin.
    pub fn proven(&self) -> Proven {
        Proven {
            session: self.session.clone(),
            password_changed_at: self.user.password_changed_at,
            is_new_device: self.is_new_device,
        }
    }
}

/// A browser's words about itself, as far as they are kept.
pub(crate) fn cut(user_agent: &str) -> String {
    user_agent.get(..user_agent.floor_char_boundary(USER_AGENT)).unwrap_or_default().to_owned()
}
