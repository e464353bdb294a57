use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{StandardClaims, Timestamp, UserId};

/// Why a name or address cannot be taken. The text goes beside the form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Not an e-mail address.
    #[error("write an e-mail address such as ada@example.com")]
    Email,
    /// Not a user name.
    #[error(
        "use 2 to 40 letters, digits, dots, hyphens or underscores, beginning and ending with a letter or digit"
    )]
    Username,
    /// Not a person's name.
    #[error("write a name of 1 to 100 characters on one line")]
    Name,
}

/// An e-mail address as it was typed. Two addresses are the same account when their [keys](Email::key) are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads an address; surrounding space is dropped.
    ///
    /// # Errors
    /// [`AccountError::Email`] if it is none. Only plain ASCII addresses with a domain name are taken.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(AccountError::Email)?;
        let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.".contains(&b);
        let local_ok = (1..=64).contains(&local.len())
            && local.bytes().all(atom)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let domain_ok = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label);
        if local_ok && domain_ok { Ok(Self(text.to_owned())) } else { Err(AccountError::Email) }
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the address in lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name to sign in with. It holds no `@`, so it is never mistaken for an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// Reads a user name; surrounding space is dropped.
    ///
    /// # Errors
    /// [`AccountError::Username`] if it is none.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let valid = (2..=40).contains(&text.len())
            && text.bytes().all(allowed)
            && edge(text.bytes().next())
            && edge(text.bytes().last());
        if valid { Ok(Self(text.to_owned())) } else { Err(AccountError::Username) }
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the name in lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person is called, in whatever script; also the name of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name; surrounding space is dropped.
    ///
    /// # Errors
    /// [`AccountError::Name`] if it is empty, over 100 characters, or holds characters that are not seen or that turn
    /// the text round them.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let valid = (1..=100).contains(&text.chars().count()) && !text.chars().any(is_unseen);
        if valid { Ok(Self(text.to_owned())) } else { Err(AccountError::Name) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character is not seen itself, or turns the text round it.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What a person may do in the whole instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InstanceRight {
    /// See, disable, revoke, renew, make tokens for others.
    #[serde(rename = "users:manage")]
    UsersManage,
    /// Act on behalf of others.
    #[serde(rename = "users:impersonate")]
    UsersImpersonate,
    /// All, also settings and keys.
    #[serde(rename = "instance:admin")]
    InstanceAdmin,
}

impl InstanceRight {
    /// What an administrator has.
    pub const ALL: [Self; 3] = [Self::UsersManage, Self::UsersImpersonate, Self::InstanceAdmin];

    /// The scope by which a token holds it.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::UsersManage => "users:manage",
            Self::UsersImpersonate => "users:impersonate",
            Self::InstanceAdmin => "instance:admin",
        }
    }
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserState {
    /// It can.
    Active,
    /// An administrator has closed it: no sign-in, and no token of it works.
    Disabled,
}

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id, the `sub` of the person's tokens.
    pub id: UserId,
    /// The address it is reached at.
    pub email: Email,
    /// Whether somebody proved that the address is theirs.
    pub email_verified: bool,
    /// The name it signs in with: `preferred_username`.
    pub username: Username,
    /// What the person is called.
    pub name: PersonName,
    /// What else the person says of themselves.
    pub claims: StandardClaims,
    /// What the person may do in the whole instance.
    pub rights: BTreeSet<InstanceRight>,
    /// Whether the account can be used.
    pub state: UserState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a claim of it last changed: `updated_at`.
    pub updated_at: Timestamp,
    /// When the password last changed.
    pub password_changed_at: Timestamp,
    /// When it is deleted, if its person asked for that.
    pub deletes_at: Option<Timestamp>,
}

impl User {
    /// Whether the account can be used.
    pub fn is_active(&self) -> bool {
        self.state == UserState::Active
    }

    /// Whether it can be used and administers the instance.
    pub fn administers(&self) -> bool {
        self.is_active() && self.rights.contains(&InstanceRight::InstanceAdmin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for text in ["ada@example.com", " Ada+x@Example.co.uk ", "o'hara@a-b.example"] {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a b@example.com",
            "ada@-a.com",
            "ada@exa mple.com",
            "a..b@example.com",
            "ada@example.com\r\nBcc: x@example.com",
            "ada@exämple.com",
        ] {
            assert!(Email::parse(text).is_err(), "{text}");
        }
        assert_eq!(Email::parse("Ada@Example.COM").unwrap().key(), "ada@example.com");
    }

    #[test]
    fn user_names() {
        for text in ["ada", "Ada.L-1_x", "a1"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
        for text in ["", "a", ".ada", "ada.", "a da", "ada@x", "аda", &"a".repeat(41), "a/b", "a:b"] {
            assert!(Username::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_of_people() {
        for text in ["Ada", "عمر", "李 雷", "👩‍🚀 Ada", "O’Hara"] {
            assert!(PersonName::parse(text).is_ok(), "{text}");
        }
        for text in ["", "  ", "a\nb", "a\u{202e}b", "a\u{61c}b", "a\u{0}b", &"a".repeat(101)] {
            assert!(PersonName::parse(text).is_err(), "{text:?}");
        }
    }
}
