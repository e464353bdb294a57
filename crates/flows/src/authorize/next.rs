use std::sync::Arc;

use postern_domain::{Client, ErrorCode, Refusal, Session, User};

use super::return_to::Return;
use crate::consent::Ask;

/// Who is signed in in the browser that asks.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The session.
    pub session: &'a Session,
    /// The account.
    pub user: &'a User,
}

/// What happens next. Paths are own paths under which the request goes on; each is handed to the page it names as its
/// `return_to`.
#[derive(Debug)]
pub enum Next {
    /// Somebody has to sign in.
    SignIn(String),
    /// The person has to prove again who they are (`prompt=login`, `max_age`).
    Reauthenticate(String),
    /// The person has to say which account is meant (`prompt=select_account`).
    SelectAccount(String),
    /// Somebody wants to sign up (`prompt=create`).
    SignUp(String),
    /// The person has to allow it.
    Consent(Box<Ask>),
    /// The client gets its answer.
    Return(Return),
}

/// A request that cannot be answered to any client: its client or redirect URI does not hold.
#[derive(Debug)]
pub struct Unreturnable {
    /// What is wrong, as anybody may see it.
    pub refusal: Refusal,
    /// The client it names, if that is registered.
    pub client: Option<Arc<Client>>,
    /// The redirect URI that did not match, cut to some length.
    pub got: Option<String>,
    /// Whether it is the app's mistake, not the person's or this server's.
    pub is_the_apps: bool,
    /// What is wrong, for the client's developer, where they may know more.
    pub(super) in_full: Option<Box<Refusal>>,
}

impl From<Refusal> for Unreturnable {
    fn from(refusal: Refusal) -> Self {
        let ours = matches!(refusal.code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable);
        Self { refusal, client: None, got: None, is_the_apps: !ours, in_full: None }
    }
}

impl Unreturnable {
    /// A mistake of a client.
    pub(super) fn of_client(client: &Arc<Client>, refusal: Refusal) -> Self {
        Self { client: Some(Arc::clone(client)), ..Self::from(refusal) }
    }

    /// Something that the app has nothing to do with.
    pub(crate) fn of_person(refusal: Refusal) -> Self {
        Self { is_the_apps: false, ..Self::from(refusal) }
    }
}
