use std::sync::Arc;

use postern_domain::{
    Client, ErrorCode, Lifetime, Organization, OrganizationId, ParamsError, Refusal, Role, Said, Session,
    Timestamp, User,
};

use super::return_to::Return;
use super::target::Bar;

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
    /// The person has to set up a second factor, which this server asks them for.
    SetUpSecondFactor(String),
    /// The person has to say for which of their organizations (`sub_type=organization`).
    ChooseOrganization(Box<Choose>),
    /// The person has to allow it.
    Consent(Box<Ask>),
    /// The client gets its answer.
    Return(Return),
}

/// What a person is asked.
#[derive(Debug)]
pub struct Ask {
    /// Who asks.
    pub client: Arc<Client>,
    /// The organization it is for, if it is not for the person, and what the person is there.
    pub organization: Option<(Arc<Organization>, Role)>,
    /// The organizations that it can be limited to.
    pub limit: Option<Limit>,
    /// Who made it, if a person or an organization did.
    pub publisher: Option<String>,
    /// Where the answer goes, as people are told it.
    pub redirect_host: String,
    /// The redirect URI, to which the page's form leads in the end.
    pub redirect_uri: String,
    /// Whether it is certain that the client is there (RFC 8252 section 8.6).
    pub is_provably_the_clients: bool,
    /// What is asked for, in the order and groups of the catalogue.
    pub groups: Vec<AskedGroup>,
    /// What the APIs are called that it is for; none is any.
    pub resources: Vec<String>,
    /// The requests that it would be limited to, one limit each; none is any.
    pub limits: Vec<String>,
    /// When this person last allowed this client something.
    pub last_allowed: Option<Timestamp>,
    /// How long the client keeps it.
    pub keeps: Keeps,
    /// The query of the request.
    pub query: String,
    /// The same query where another organization is to be chosen.
    pub other_organization: String,
    /// The request, to be sent back by the form as it is.
    pub request: String,
    /// The own path under which the request goes on, for those who want to sign in as somebody else.
    pub return_to: String,
}

/// Which of a person's organizations a client may reach.
#[derive(Debug)]
pub struct Limit {
    /// Whether it is some of them, and not all.
    pub is_chosen: bool,
    /// The person's organizations.
    pub organizations: Vec<Within>,
    /// What is wrong with what they chose.
    pub problem: Option<String>,
}

/// An organization that a client may be let reach.
#[derive(Debug)]
pub struct Within {
    /// The organization.
    pub organization: Organization,
    /// Whether it is among those that were chosen.
    pub is_chosen: bool,
    /// Whether it asks for a second factor that the person has not got, so that it cannot be chosen.
    pub is_barred: bool,
}

/// What a person decided on a consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No.
    Deny,
    /// Yes, within what of their organizations they chose. Where they could not choose, what they chose the last time
    /// stays.
    Allow(Option<Reach>),
}

/// What a person chose of their organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All of them, also those they join later.
    All,
    /// These.
    Chosen(Vec<OrganizationId>),
}

/// For which organization a person is asked to let a client speak.
#[derive(Debug)]
pub struct Choose {
    /// Who asks.
    pub client: Arc<Client>,
    /// The redirect URI, to which the page's form leads in the end.
    pub redirect_uri: String,
    /// The person's organizations: those that can be chosen first, then by name.
    pub candidates: Vec<Candidate>,
    /// What is wrong with what they chose.
    pub problem: Option<Said>,
    /// The query of the request.
    pub query: String,
    /// The request, to be sent back by the form as it is.
    pub request: String,
    /// The own path under which the request goes on.
    pub return_to: String,
}

/// An organization on a page of choices.
#[derive(Debug)]
pub struct Candidate {
    /// The organization.
    pub organization: Organization,
    /// What the person is there.
    pub role: Role,
    /// Why it cannot be chosen.
    pub bar: Option<Bar>,
    /// Whether it was chosen the last time.
    pub is_selected: bool,
}

/// Scopes under one heading.
#[derive(Debug)]
pub struct AskedGroup {
    /// The heading.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<AskedScope>,
}

/// A scope in words.
#[derive(Debug)]
pub struct AskedScope {
    /// What it allows, in a few words.
    pub label: String,
    /// The same in a sentence.
    pub description: String,
    /// Whether it was not allowed before.
    pub is_new: bool,
}

/// How long a client keeps what it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// From now on.
    For(Lifetime),
    /// As long as it does not leave it unused for so long.
    UntilUnusedFor(Lifetime),
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

impl From<ParamsError> for Unreturnable {
    fn from(error: ParamsError) -> Self {
        Refusal::from(error).into()
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
