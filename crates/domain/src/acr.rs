use crate::AuthMethodReference;

/// How much the way somebody signed in proves: `acr` (OIDC Core section 2). The values are the authentication context
/// classes of SAML 2.0 (saml-authn-context-2.0-os section 3.4), which have had one meaning everywhere since 2005.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationContext {
    /// A password over a connection that nothing protects: an instance that is served by plain `http`.
    Password,
    /// A password over a connection that is protected by TLS.
    PasswordProtectedTransport,
}

impl AuthenticationContext {
    /// What a sign-in by these methods proves, where the connection is or is not protected by TLS; `None` if nothing. Each
    /// further method takes its place in here, and nowhere else.
    pub fn of(amr: &[AuthMethodReference], is_protected: bool) -> Option<Self> {
        match amr {
            [] => None,
            [AuthMethodReference::Pwd, ..] if is_protected => Some(Self::PasswordProtectedTransport),
            [AuthMethodReference::Pwd, ..] => Some(Self::Password),
        }
    }

    /// All that can be reached on this server, for discovery.
    pub fn reachable(is_protected: bool) -> impl Iterator<Item = Self> {
        Self::of(&[AuthMethodReference::Pwd], is_protected).into_iter()
    }

    /// The value as `acr` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            Self::PasswordProtectedTransport => {
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_proves_what_the_connection_lets_it() {
        let pwd = [AuthMethodReference::Pwd];
        assert_eq!(AuthenticationContext::of(&pwd, false), Some(AuthenticationContext::Password));
        let protected = AuthenticationContext::of(&pwd, true);
        assert_eq!(protected, Some(AuthenticationContext::PasswordProtectedTransport));
        assert_eq!(AuthenticationContext::of(&[], true), None);
        assert_eq!(AuthenticationContext::reachable(true).collect::<Vec<_>>(), protected.as_slice());
    }
}
