use crate::{Scopes, Timestamp};

/// The scopes that a client was ever issued a token with, as far as that was noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantedScopes {
    /// The scopes. They stay when the client is no longer registered for them.
    pub scopes: Scopes,
    /// Since when they are noted; `None` if they are not noted yet.
    pub since: Option<Timestamp>,
}

impl GrantedScopes {
    /// Of a client to which nothing was issued before `at`.
    pub const fn since(at: Timestamp) -> Self {
        Self { scopes: Scopes::none(), since: Some(at) }
    }

    /// Whether a token with these scopes is worth writing down.
    pub fn wants(&self, scopes: &Scopes) -> bool {
        !scopes.is_subset(&self.scopes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Client, ClientId, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, PersonName};

    fn client() -> Client {
        let metadata = ClientMetadata {
            scopes: "openid email profile".parse().unwrap(),
            ..ClientMetadata::new(PersonName::parse("App").unwrap(), ClientType::Public)
        };
        let identifier = ClientIdentifier::parse("app").unwrap();
        Client::new(ClientId(uuid::Uuid::nil()), identifier, ClientOwner::Instance, metadata, Timestamp(100))
    }

    #[test]
    fn what_is_registered_and_was_never_issued_is_unused() {
        let mut client = client();
        assert_eq!(client.unused_scopes(), client.metadata.scopes);
        assert!(client.was_always_seen());
        // It was registered for `phone` once.
        client.granted.scopes = "openid phone".parse().unwrap();
        assert_eq!(client.unused_scopes(), "email profile".parse().unwrap());
        client.metadata.scopes = "openid profile".parse().unwrap();
        assert_eq!(client.unused_scopes(), "profile".parse().unwrap());
        client.granted.since = Some(Timestamp(101));
        assert!(!client.was_always_seen());
        client.granted.since = None;
        assert!(client.unused_scopes().is_empty() && !client.was_always_seen());
    }

    #[test]
    fn only_what_is_new_is_worth_writing_down() {
        let granted = GrantedScopes { scopes: "email openid".parse().unwrap(), since: Some(Timestamp(1)) };
        assert!(!granted.wants(&"openid".parse().unwrap()) && !granted.wants(&Scopes::none()));
        assert!(granted.wants(&"openid profile".parse().unwrap()));
    }
}
