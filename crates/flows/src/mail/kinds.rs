use postern_domain::{Email, LanguageTag, OwnPath, PersonName, Plain, Role, Slug, Timestamp, TokenId, User};
use postern_storage::tokens::Token;
use serde::{Deserialize, Serialize};

use super::account::{
    AccountEnd, ChangedEmail, ChangedFactor, ChangedPassword, ImpersonatedMail, NewDevice, RecoveryMail,
};
use crate::App;

/// To whom a mail goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The address.
    pub email: Email,
    /// What the person is called, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// The language that the person asks for in the profile, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<LanguageTag>,
}

/// What a mail says. The values are what its template shows; addresses are made from `public_url` when it is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mail {
    /// Somebody is invited to an organization.
    Invitation(InvitationMail),
    /// Somebody says that an address is theirs.
    Verification(VerificationMail),
    /// Somebody wants back into an account.
    Recovery(RecoveryMail),
    /// An account was made for somebody, who is to choose a password.
    AccountMade(RecoveryMail),
    /// The password of an account was changed.
    PasswordChanged(ChangedPassword),
    /// Something was done about the second step of an account.
    FactorChanged(ChangedFactor),
    /// An account has another e-mail address, to the one before.
    EmailChanged(ChangedEmail),
    /// An account is to be deleted, or is.
    AccountEnd(AccountEnd),
    /// Somebody signed in in a browser that the account does not know.
    NewDevice(NewDevice),
    /// An administrator acts as the owner of an account.
    Impersonated(ImpersonatedMail),
    /// A token ends soon.
    TokenEnding(TokenEnds),
    /// Somebody else revoked a token.
    TokenRevoked(RevokedToken),
    /// An administrator made a token for somebody.
    TokenMadeForYou(MadeToken),
    /// A token was found where others can read it, and was revoked.
    LeakedTokenRevoked(LeakedToken),
}

/// An invitation to an organization.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationMail {
    /// What the organization is called.
    pub organization: PersonName,
    /// Who invites; nobody's name where an organization's token does.
    pub inviter: Option<PersonName>,
    /// What the person is to be there.
    pub role: Role,
    /// The value of `invitation` in the link.
    invitation: String,
    /// When the invitation ends.
    pub expires_at: Timestamp,
}

/// A link that proves whose an address is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationMail {
    /// The value of `verification` in the link.
    verification: String,
    /// The own path to go on to afterwards.
    return_to: String,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// A token as its owner knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenFacts {
    /// Its id.
    pub id: TokenId,
    /// What it is called; what the app is called, where it was an app's.
    pub name: PersonName,
    /// What of its value may be shown: `postern_pat_…x7Kq`.
    pub hint: String,
    /// The organization it speaks for, if it is nobody's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<(PersonName, Slug)>,
}

/// A token that ends soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenEnds {
    /// The token.
    pub token: TokenFacts,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, if ever.
    pub last_used_at: Option<Timestamp>,
}

/// A token that somebody else revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedToken {
    /// The token.
    pub token: TokenFacts,
    /// Who revoked it; the operator of the server, where no account did.
    pub by: Option<PersonName>,
    /// Whether that was as an administrator.
    pub by_administrator: bool,
    /// When.
    pub at: Timestamp,
}

/// A token that an administrator made for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeToken {
    /// The token.
    pub token: TokenFacts,
    /// Who made it; the operator of the server, where no account did.
    pub by: Option<PersonName>,
    /// Whether it holds all that the person may do.
    pub everything: bool,
    /// How many scopes it holds otherwise.
    pub scopes: usize,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
}

/// A token that was found where others can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakedToken {
    /// The token.
    pub token: TokenFacts,
    /// Where it was found, in the finder's words.
    pub found_at: Option<String>,
    /// Who reported it, in their own words.
    pub reporter: Option<String>,
    /// When it was revoked.
    pub at: Timestamp,
    /// When it was last used, if ever.
    pub last_used_at: Option<Timestamp>,
    /// From where that was, if it is known.
    pub last_used_from: Option<String>,
}

impl Mail {
    /// The kind, as the table and the log name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation(_) => "invitation",
            Self::Verification(_) => "verification",
            Self::Recovery(_) => "recovery",
            Self::AccountMade(_) => "account_made",
            Self::PasswordChanged(_) => "password_changed",
            Self::EmailChanged(_) => "email_changed",
            Self::FactorChanged(_) => "factor_changed",
            Self::AccountEnd(_) => "account_end",
            Self::Impersonated(_) => "impersonated",
            Self::NewDevice(_) => "new_device",
            Self::TokenEnding(_) => "token_ending",
            Self::TokenRevoked(_) => "token_revoked",
            Self::TokenMadeForYou(_) => "token_made_for_you",
            Self::LeakedTokenRevoked(_) => "leaked_token_revoked",
        }
    }
}

impl InvitationMail {
    /// An invitation with the value that its link carries.
    pub fn new(
        organization: PersonName,
        inviter: Option<PersonName>,
        role: Role,
        invitation: &Plain,
        expires_at: Timestamp,
    ) -> Self {
        Self { organization, inviter, role, invitation: invitation.reveal().to_owned(), expires_at }
    }

    /// The path and query of the link.
    pub fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("invitation", &self.invitation)
            .finish();
        format!("/organizations/join?{query}")
    }
}

/// Without the value of the link.
impl std::fmt::Debug for InvitationMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationMail")
            .field("organization", &self.organization)
            .field("inviter", &self.inviter)
            .field("role", &self.role)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl VerificationMail {
    /// A link with its value, and where it leads on to.
    pub fn new(verification: &Plain, return_to: &OwnPath, expires_at: Timestamp) -> Self {
        let return_to = return_to.as_str().to_owned();
        Self { verification: verification.reveal().to_owned(), return_to, expires_at }
    }

    /// The path and query of the link.
    pub fn path(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("verification", &self.verification)
            .append_pair("return_to", &self.return_to)
            .finish();
        format!("/settings/profile/email?{query}")
    }
}

/// Without the value of the link, and of one it may lead on to.
impl std::fmt::Debug for VerificationMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerificationMail").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl TokenFacts {
    /// What may be said of a personal or organization token; `None` of any other.
    pub fn of(app: &App, token: &Token, organization: Option<(PersonName, Slug)>) -> Option<Self> {
        let api = token.api()?;
        let hint = format!("{}_{}_…{}", app.config.tokens.prefix, token.kind.spec().code, api.hint);
        Some(Self { id: token.id, name: api.name.clone(), hint, organization })
    }

    /// The path of the page where its owner finds it.
    pub fn path(&self) -> String {
        format!("{}/{}", self.list_path(), self.id)
    }

    /// The path of the list it is in.
    pub fn list_path(&self) -> String {
        match &self.organization {
            Some((_, slug)) => format!("/organizations/{slug}/tokens"),
            None => "/settings/tokens".to_owned(),
        }
    }
}

impl From<&User> for Recipient {
    fn from(user: &User) -> Self {
        Self { email: user.email.clone(), name: Some(user.name.clone()), locale: user.claims.locale.clone() }
    }
}

impl From<Email> for Recipient {
    fn from(email: Email) -> Self {
        Self { email, name: None, locale: None }
    }
}
