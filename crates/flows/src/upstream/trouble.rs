use postern_domain::Refusal;
use postern_storage::StorageError;

/// Why a sign-in by a provider led nowhere. What exactly was wrong is in the log: it is for whoever runs the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The provider is disabled.
    Disabled,
    /// The sign-in took too long, was used, or was begun in another browser.
    Over,
    /// The person said no at the provider.
    Denied,
    /// The provider cannot be reached, or is in trouble itself.
    Unreachable,
    /// The provider does not want to talk to this server: one of the two is set up wrongly.
    Refused,
    /// What came is not what the provider would have said to this server now.
    Unproven,
    /// The provider says who it is, without having asked them again.
    NotAgain,
    /// Nobody here is known by this, and the provider is not one that makes accounts.
    Unknown,
    /// The provider tells no e-mail address, and an account has one.
    NoEmail,
    /// Another account has the e-mail address.
    EmailTaken,
    /// There were too many new accounts from this network.
    TooMany,
    /// The account is closed.
    Closed,
    /// Another account is connected to it already.
    Elsewhere,
    /// Somebody else is signed in here now than who began it, or came back.
    SomebodyElse,
    /// The account is connected to as many as there may be.
    Enough,
    /// The database failed.
    Failed(Refusal),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(refusal)
    }
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}
