//! The app: its state and its routes.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use openidconnect::core::{CoreIdTokenClaims, CoreTokenResponse};
use tokio::{net::TcpListener, sync::Mutex};

use crate::{
    account, page,
    provider::{Expected, Provider, http_client, key_is_unknown},
    session::Sessions,
    settings::Settings,
    sign_in,
};

/// What every handler gets.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) sessions: Sessions,
    provider: Mutex<Option<Arc<Provider>>>,
}

impl App {
    /// The server's description: read when first needed, so that app and server may start in any order, and
    /// again when it has grown old.
    pub(crate) async fn provider(&self) -> anyhow::Result<Arc<Provider>> {
        let mut known = self.provider.lock().await;
        match known.as_ref().filter(|provider| provider.is_fresh()) {
            Some(provider) => Ok(Arc::clone(provider)),
            None => self.discover_into(&mut known).await,
        }
    }

    /// Verifies an id_token. The server may sign with a key that is newer than the set in hand: then the set is
    /// read again, once.
    pub(crate) async fn verify(
        &self,
        tokens: &CoreTokenResponse,
        expected: Expected<'_>,
    ) -> anyhow::Result<CoreIdTokenClaims> {
        match self.provider().await?.verify(tokens, expected) {
            Err(error) if key_is_unknown(&error) => {
                let provider = self.discover_into(&mut *self.provider.lock().await).await?;
                Ok(provider.verify(tokens, expected)?)
            }
            verdict => Ok(verdict?),
        }
    }

    async fn discover_into(&self, known: &mut Option<Arc<Provider>>) -> anyhow::Result<Arc<Provider>> {
        let provider = Arc::new(Provider::discover(http_client()?, &self.settings).await?);
        *known = Some(Arc::clone(&provider));
        Ok(provider)
    }
}

/// The app's routes: `/`, `/sign-in`, `/callback`, `/profile`, `/refresh` and `/sign-out`.
pub fn router(settings: Settings) -> Router {
    let app = App { settings, sessions: Sessions::default(), provider: Mutex::new(None) };
    Router::new()
        .route("/", get(account::home))
        .route("/sign-in", get(sign_in::begin))
        .route("/callback", get(sign_in::finish))
        .route("/profile", post(account::profile))
        .route("/refresh", post(account::refresh))
        .route("/sign-out", post(account::sign_out))
        .fallback(page::not_found)
        .with_state(Arc::new(app))
}

/// Serves the app on `listener` until the process ends.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, settings: Settings) -> anyhow::Result<()> {
    axum::serve(listener, router(settings)).await?;
    Ok(())
}
