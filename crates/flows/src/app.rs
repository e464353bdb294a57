use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Catalogue, Plain, Resources, TokenKind, TokenText};
use postern_storage::Db;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::audit::Audit;
use crate::branding::HeldBrand;
use crate::client_auth::Guesses;
use crate::client_jwt::FetchedKeys;
use crate::clients::WrittenDown;
use crate::guard::GuardRoutes;
use crate::health::Health;
use crate::keys::{Fetches, KeyRing};
use crate::live::Live;
use crate::meters::Meters;
use crate::outbound::Outbound;
use crate::password::Hashing;
use crate::rate_limits::Counters;
use crate::sessions::Known;
use crate::upstream::Providers;
use crate::{Clock, Config, Rng, SecretKey, TrustedProxies, logo};

/// All that a flow needs besides its input. One per process, behind an [`Arc`].
pub struct App {
    /// The database.
    pub db: Db,
    /// What the operator set.
    pub config: Config,
    /// Every scope there is.
    pub catalogue: Catalogue,
    /// Every API that tokens are for.
    pub resources: Resources,
    /// What the URLs behind the guard require.
    pub guard_routes: GuardRoutes,
    /// The networks whose forwarding headers count.
    pub trusted_proxies: TrustedProxies,
    /// Keyed hashes, seals and marks.
    pub secret_key: SecretKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// What is still to be written down.
    pub audit: Audit,
    /// What is counted.
    pub meters: Meters,
    /// How this node is.
    pub health: Arc<Health>,
    /// Requests to others.
    pub outbound: Arc<Outbound>,
    /// Who else may say who somebody is.
    pub upstream: Providers,
    /// The public keys of clients.
    pub(crate) fetched_keys: FetchedKeys,
    pub(crate) discovery: OnceLock<String>,
    pub(crate) keys: KeyRing,
    /// Who fetched them, as far as it waits to be written down.
    pub(crate) key_fetches: Fetches,
    pub(crate) live: Live,
    pub(crate) brand: HeldBrand,
    pub(crate) counters: Counters,
    pub(crate) guesses: Guesses,
    pub(crate) sessions: Known,
    pub(crate) hashing: Hashing,
    /// Turns at decoding pictures.
    pub(crate) pictures: Semaphore,
    /// The refused calls that were written down of late.
    pub(crate) written_down: WrittenDown,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        db: Db,
        config: Config,
        secret_key: SecretKey,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        let catalogue = config.catalogue();
        Self {
            db,
            // What cannot be read names no API: requests that name it are refused.
            resources: config
                .resources()
                .unwrap_or_else(|_| Resources::only_own(config.issuer(), &catalogue)),
            catalogue,
            guard_routes: GuardRoutes::new(&config.guard.routes).unwrap_or(GuardRoutes::Closed),
            trusted_proxies: TrustedProxies::parse(&config.trusted_proxies),
            brand: HeldBrand::new(&config),
            counters: Counters::new(&config.rate_limits),
            audit: Audit::new(&config.audit),
            meters: Meters::new(),
            health: Arc::default(),
            outbound: Arc::new(Outbound::new(&config.outbound)),
            upstream: Providers::new(&config),
            config,
            secret_key,
            clock,
            rng,
            fetched_keys: FetchedKeys::default(),
            discovery: OnceLock::new(),
            keys: KeyRing::default(),
            key_fetches: Fetches::default(),
            live: Live::new(),
            guesses: Guesses::default(),
            sessions: crate::sessions::known(),
            hashing: Hashing::default(),
            pictures: Semaphore::new(logo::AT_ONCE),
            written_down: WrittenDown::default(),
        }
    }

    /// A new id: a UUID of version 7 (RFC 9562 section 5.7), so that rows made together lie together.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        let millis = u64::try_from(self.clock.now().0).unwrap_or(0).saturating_mul(1_000);
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A new value for a link or handle: 256 bits, as they stand in a URL.
    pub(crate) fn new_link(&self) -> Plain {
        let mut random = [0; 32];
        self.rng.fill(&mut random);
        Plain::new(URL_SAFE_NO_PAD.encode(random))
    }

    /// A new token with this instance's prefix.
    pub fn new_token(&self, kind: TokenKind) -> TokenText {
        TokenText::generate(&self.config.tokens.prefix, kind, |bytes| self.rng.fill(bytes))
    }
}
