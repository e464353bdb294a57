//! What things are: pure, synchronous, total.
//!
//! Nothing in here knows of a clock, a random generator, a database or HTTP: time and chance are handed in.

mod accent;
mod account;
mod acr;
mod api_token;
pub mod audit;
mod catalogue;
mod claim;
mod client;
mod consent;
mod customer;
mod grant;
mod id;
mod initial_access;
pub mod limits;
pub mod meter;
mod network;
mod oidc;
mod organization;
mod own_path;
mod params;
mod permit;
mod pkce;
mod rate;
mod redirect_uri;
mod refusal;
mod resource;
mod said;
mod scope;
mod secret;
mod session;
mod standard_claims;
mod step_up;
mod subject;
mod timestamp;
mod token;
mod upstream;
mod web_url;

pub use accent::{Accent, AccentError};
pub use account::{AccountError, Email, InstanceRight, PersonName, User, UserState, Username};
pub use acr::AuthenticationContext;
pub use api_token::ApiToken;
pub use catalogue::{Catalogue, ScopeSpec};
pub use claim::{Claim, NamedClaims};
pub use client::{
    AccessTokenFormat, ApplicationType, AssertionAlgorithm, AuthMethod, Client, ClientIdentifier,
    ClientKeySet, ClientKeySetError, ClientMetadata, ClientOwner, ClientSecret, ClientType, GrantName,
    GrantedScopes, SigningAlgorithm, SubjectIdentifierType,
};
pub use consent::Consent;
pub use customer::Customer;
pub use grant::{Authentication, CodeBinding, Grant};
pub use id::{
    BrowserId, ClientErrorId, ClientId, ConsentId, CustomerId, GrantId, IdError, InitialAccessTokenId,
    InvitationId, MailId, OrganizationId, PasskeyId, SecretId, SessionClientId, SessionId, TokenId,
    UpstreamIdentityId, UserId,
};
pub use initial_access::InitialAccessToken;
pub use network::{Network, NetworkError};
pub use oidc::{DISPLAY_VALUES, Prompt, PromptSet, ResponseMode, SubjectType};
pub use organization::{
    AppApproval, Capability, Invitation, Membership, Organization, OrganizationPolicy, Role, Slug, SlugError,
    Tier,
};
pub use own_path::OwnPath;
pub use params::{Params, ParamsError};
pub use permit::{Narrowing, Organizations, Permit};
pub use pkce::{CodeChallenge, CodeVerifier, PkceError};
pub use rate::{Rate, RateError};
pub use redirect_uri::{PostLogoutRedirectUri, RedirectUri, RedirectUriError};
pub use refusal::{ErrorCode, Refusal};
pub use resource::{Resource, ResourceSpec, Resources};
pub use said::{Said, SaidValue, said};
pub use scope::{ScopeError, Scopes};
pub use secret::{Plain, TokenHash};
pub use session::{AuthMethodReference, Impersonator, Session, SessionClient};
pub use standard_claims::{
    Birthdate, LanguageTag, Line, Lines, LocalizedClaims, LocalizedName, PhoneNumber, StandardClaim,
    StandardClaimError, StandardClaims, ZoneName,
};
pub use step_up::StepUp;
pub use subject::Subject;
pub use timestamp::{Lifetime, LifetimeError, Timestamp};
pub use token::{MalformedToken, Presented, TokenKind, TokenKindSpec, TokenText};
pub use upstream::{ProviderName, ProviderNameError, UpstreamIdentity};
pub use web_url::{WebUrl, WebUrlError};
