//! What the server decides: one file per flow, no HTTP types.

mod app;
pub mod applications;
pub mod authorize;
mod canary;
mod chance;
pub mod clients;
mod clock;
mod config;
pub mod consent;
mod field_errors;
pub mod issue;
pub mod keys;
mod live;
pub mod logo;
mod secret_key;
mod trusted_proxies;
pub mod upkeep;

pub use app::App;
pub use chance::{Rng, SystemRng};
pub use clock::{Clock, SystemClock};
pub use config::{
    Branding, Clients, Config, Keys, Lifetimes, Listen, RateLimits, Registration, RequirePkce, Tls, Tokens,
};
pub use field_errors::{FieldError, FieldErrors, FormRefusal};
pub use secret_key::{SecretKey, SecretKeyError};
pub use trusted_proxies::TrustedProxies;
