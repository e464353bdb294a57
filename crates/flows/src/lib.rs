//! What the server decides: one file per flow, no HTTP types.

pub mod account_deletion;
pub mod administration;
pub mod api_tokens;
mod app;
pub mod applications;
pub mod audit;
mod authority;
pub mod authorize;
pub mod bearer;
pub mod branding;
pub mod budget;
pub mod calls;
mod canary;
mod chance;
pub mod change_password;
mod claims;
pub mod client_auth;
mod client_jwt;
pub mod client_registration;
pub mod clients;
mod clock;
mod config;
mod consent;
pub mod customer_sessions;
pub mod customers;
pub mod device;
mod discovery;
pub mod disk;
pub mod docs_client;
pub mod email_verification;
pub mod endpoints;
mod field_errors;
pub mod grants;
pub mod guard;
mod guess;
pub mod health;
pub mod home;
pub mod impersonation;
pub mod issue;
pub mod keys;
mod last_use;
pub mod leaks;
mod live;
pub mod logo;
pub mod logout;
pub mod mail;
pub mod meters;
mod notices;
mod one_time;
pub mod organizations;
pub mod outbound;
mod paging;
#[cfg(test)]
mod party;
pub mod passkeys;
pub mod password;
pub mod profile;
pub mod rate_limits;
pub mod recovery;
mod resource_metadata;
pub mod restore;
pub mod second_factor;
mod secret_key;
mod service_url;
pub mod session_api_token;
pub mod session_state;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod sign_up;
mod standing;
mod subject_name;
#[cfg(test)]
mod testing;
mod token_ends;
pub mod transfer;
mod trusted_proxies;
pub mod upkeep;
pub mod upstream;
pub mod users;
mod ways_in;

pub use app::App;
pub use audit::{AuditSettings, WhenUnwritable};
pub use authority::Actor;
pub use chance::{Rng, SystemRng};
pub use claims::Claims;
pub use clock::{Clock, SystemClock};
pub use config::{
    Branding, ClientRegistration, ClientSecretText, Clients, Config, Guard, GuardHeaders, GuardRoute, Keys,
    Leaks, Lifetimes, Limits, Listen, Mailing, Metrics, Preset, RateLimits, Registration, RequirePkce,
    RequiredOf, Reveal, SecondFactor, SessionApiToken, SettingSource, Shutdown, Tls, TokenAuthMode, Tokens,
    UpstreamProvider,
};
pub use field_errors::{FieldError, FieldErrors, FormRefusal};
pub use guess::Denied;
pub use paging::{Paging, Slice};
pub use secret_key::{SecretKey, SecretKeyError};
pub use service_url::ServiceUrl;
pub use trusted_proxies::TrustedProxies;
