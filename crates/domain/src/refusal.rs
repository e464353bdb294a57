use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::{Lifetime, StepUp};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident $constructor:ident = $code:literal;)*) => {
        /// The stable code of a refusal: the standard's where there is one. HTTP decides shape and status by the place
        /// where the refusal is answered, not by the code alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// The code as the protocol writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }
        }

        impl Refusal {
            $(
                $(#[$doc])*
                pub fn $constructor(description: impl Into<Cow<'static, str>>) -> Self {
                    Self {
                        code: ErrorCode::$variant,
                        description: description.into(),
                        cause: None,
                        retry_after: None,
                        step_up: None,
                    }
                }
            )*
        }
    };
}

error_codes! {
    /// The request is malformed (RFC 6749 sections 4.1.2.1 and 5.2).
    InvalidRequest invalid_request = "invalid_request";
    /// Client authentication failed (RFC 6749 section 5.2).
    InvalidClient invalid_client = "invalid_client";
    /// A redirect URI cannot be registered (RFC 7591 section 3.2.2).
    InvalidRedirectUri invalid_redirect_uri = "invalid_redirect_uri";
    /// Something else cannot be registered (RFC 7591 section 3.2.2).
    InvalidClientMetadata invalid_client_metadata = "invalid_client_metadata";
    /// The grant is not, or no longer, good (RFC 6749 section 5.2).
    InvalidGrant invalid_grant = "invalid_grant";
    /// The client may not do this (RFC 6749 sections 4.1.2.1 and 5.2).
    UnauthorizedClient unauthorized_client = "unauthorized_client";
    /// Nobody offers this grant type (RFC 6749 section 5.2).
    UnsupportedGrantType unsupported_grant_type = "unsupported_grant_type";
    /// Nobody offers this response type (RFC 6749 section 4.1.2.1).
    UnsupportedResponseType unsupported_response_type = "unsupported_response_type";
    /// A scope is unknown, malformed or beyond what may be had (RFC 6749 sections 4.1.2.1 and 5.2).
    InvalidScope invalid_scope = "invalid_scope";
    /// The authorization details are unknown or malformed (RFC 9396 section 5).
    InvalidAuthorizationDetails invalid_authorization_details = "invalid_authorization_details";
    /// An API is unknown, or beyond what may be had (RFC 8707 section 2).
    InvalidTarget invalid_target = "invalid_target";
    /// The person, or the server on their behalf, said no (RFC 6749 section 4.1.2.1).
    AccessDenied access_denied = "access_denied";
    /// Something failed on this side; the cause is logged, never sent (RFC 6749 section 4.1.2.1).
    ServerError server_error = "server_error";
    /// Too busy, or the database is away: try again later (RFC 6749 section 4.1.2.1).
    TemporarilyUnavailable temporarily_unavailable = "temporarily_unavailable";
    /// `prompt=none`, but somebody would have to sign in (OIDC Core section 3.1.2.6).
    LoginRequired login_required = "login_required";
    /// `prompt=none`, but somebody would have to consent (OIDC Core section 3.1.2.6).
    ConsentRequired consent_required = "consent_required";
    /// `prompt=none`, but somebody would have to choose an account (OIDC Core section 3.1.2.6).
    AccountSelectionRequired account_selection_required = "account_selection_required";
    /// `prompt=none`, but a page would have to be shown (OIDC Core section 3.1.2.6).
    InteractionRequired interaction_required = "interaction_required";
    /// The request object is not good (RFC 9101 section 7).
    InvalidRequestObject invalid_request_object = "invalid_request_object";
    /// What `request_uri` refers to is not good, or no longer (RFC 9101 section 7).
    InvalidRequestUri invalid_request_uri = "invalid_request_uri";
    /// The sign-in that a request takes cannot be had here (OpenID Connect Core Error Code
    /// unmet_authentication_requirements 1.0).
    UnmetAuthenticationRequirements unmet_authentication_requirements = "unmet_authentication_requirements";
    /// Request objects by reference are not taken (OIDC Core section 3.1.2.6).
    RequestUriNotSupported request_uri_not_supported = "request_uri_not_supported";
    /// The `registration` parameter is not taken (OIDC Core section 3.1.2.6).
    RegistrationNotSupported registration_not_supported = "registration_not_supported";
    /// The token type hint names a kind that cannot be revoked (RFC 7009 section 2.2.1).
    UnsupportedTokenType unsupported_token_type = "unsupported_token_type";
    /// The bearer token is missing, malformed, expired or revoked (RFC 6750 section 3.1).
    InvalidToken invalid_token = "invalid_token";
    /// The bearer token does not hold the scope (RFC 6750 section 3.1).
    InsufficientScope insufficient_scope = "insufficient_scope";
    /// The sign-in behind the token is not as strong, or not as fresh, as this takes (RFC 9470 section 3).
    InsufficientUserAuthentication insufficient_user_authentication = "insufficient_user_authentication";
    /// The token's subject is of a kind this endpoint does not serve.
    InsufficientSubject insufficient_subject = "insufficient_subject";
    /// No limit of the token lets the request pass.
    OutsideLimits outside_limits = "outside_limits";
    /// The person may not do this.
    Forbidden forbidden = "forbidden";
    /// There is no such thing, or it is not theirs to see.
    NotFound not_found = "not_found";
    /// Something else is in the way: a name is taken, or somebody was faster.
    Conflict conflict = "conflict";
    /// Too many tries; the description says for how long.
    TooManyRequests too_many_requests = "too_many_requests";
}

/// A "no" with its reason: what was wrong, what was expected, what to do.
///
/// The description may be shown to whoever asked. The cause never is: it is logged once, at the edge.
#[derive(Clone)]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// One sentence without a secret in it.
    pub description: Cow<'static, str>,
    /// What went wrong underneath, for the log only.
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
    /// How long to wait before the next try, where that is known.
    pub retry_after: Option<Lifetime>,
    /// Which sign-in would do, where it is that.
    pub step_up: Option<Arc<StepUp>>,
}

impl Refusal {
    /// A failure of ours: the caller learns no more than that.
    pub fn because(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::server_error("something failed on this server; try again, and quote the request id if it stays")
            .caused_by(cause)
    }

    /// The description with only the characters that `error_description` may hold (RFC 6749 sections 4.1.2.1 and 5.2).
    pub fn wire_description(&self) -> String {
        let plain = |c| match c {
            '“' | '”' | '"' => '\'',
            '\\' => '/',
            '…' => '.',
            c if c == ' ' || c.is_ascii_graphic() => c,
            _ => '?',
        };
        self.description.chars().map(plain).collect()
    }

    /// The same refusal with its cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// The same refusal, which says after how long another try may succeed.
    #[must_use]
    pub const fn after(mut self, wait: Lifetime) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The same refusal, which says which sign-in would do.
    #[must_use]
    pub fn taking(mut self, step_up: Arc<StepUp>) -> Self {
        self.step_up = Some(step_up);
        self
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause:?})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl PartialEq for Refusal {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.description == other.description
    }
}
