use crate::AuthMethodReference;

/// How much the way somebody signed in proves: `acr` (OIDC Core section 2). For a password, the values are the authentication
/// context classes of SAML 2.0 (saml-authn-context-2.0-os section 3.4), which have had one meaning everywhere since 2005; for
/// more than one factor, that of the REFEDS MFA profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationContext {
    /// A password over a connection that nothing protects: an instance that is served by plain `http`.
    Password,
    /// A password over a connection that is protected by TLS.
    PasswordProtectedTransport,
    /// Two factors of different kinds.
    MultiFactor,
}

impl AuthenticationContext {
    /// What a sign-in by these methods proves, where the connection is or is not protected by TLS; `None` if nothing. Each
    /// further method takes its place in here, and nowhere else.
    pub fn of(amr: &[AuthMethodReference], is_protected: bool) -> Option<Self> {
        match amr {
            [] => None,
            methods if methods.contains(&AuthMethodReference::Mfa) => Some(Self::MultiFactor),
            _ if is_protected => Some(Self::PasswordProtectedTransport),
            _ => Some(Self::Password),
        }
    }

    /// All that can be reached on this server, for discovery.
    pub fn reachable(is_protected: bool) -> impl Iterator<Item = Self> {
        let ways: [&[AuthMethodReference]; 2] =
            [&[AuthMethodReference::Pwd], &AuthMethodReference::PASSWORD_AND_CODE];
        ways.into_iter().filter_map(move |amr| Self::of(amr, is_protected))
    }

    /// The value as `acr` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            Self::PasswordProtectedTransport => {
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
            }
            Self::MultiFactor => "https://refeds.org/profile/mfa",
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
    }

    #[test]
    fn two_factors_prove_more() {
        let both = AuthMethodReference::PASSWORD_AND_CODE;
        for is_protected in [false, true] {
            let context = AuthenticationContext::of(&both, is_protected);
            assert_eq!(context, Some(AuthenticationContext::MultiFactor));
            assert!(AuthenticationContext::reachable(is_protected).eq([
                AuthenticationContext::of(&[AuthMethodReference::Pwd], is_protected).unwrap(),
                AuthenticationContext::MultiFactor,
            ]));
        }
    }
}
