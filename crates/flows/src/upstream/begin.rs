use std::net::IpAddr;

use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, PkceCodeChallenge, Scope};
use postern_domain::{Lifetime, Plain};

use super::ceremony::{self, Purpose, State};
use super::endpoints::endpoints;
use super::preset;
use super::provider::Provider;
use super::trouble::Trouble;
use crate::budget::{self, Budget, NoTry};
use crate::{App, Preset};

/// The span of the budget of sign-ins that are begun.
const WINDOW: Lifetime = Lifetime::seconds(60);

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Where at the provider the person goes.
    pub url: String,
    /// What the browser keeps until they are back.
    pub browser: Plain,
}

/// Begins a sign-in by a provider (OIDC Core section 3.1.2.1) with PKCE, a nonce, and a state that is bound to the browser.
/// `browser` is what that keeps of one that was begun before, so that several go on side by side.
///
/// How many are begun from one address is bounded: each is kept.
///
/// # Errors
/// [`Trouble`]
pub async fn begin(
    app: &App,
    provider: &Provider,
    purpose: Purpose,
    browser: Option<&str>,
    address: IpAddr,
) -> Result<Begun, Trouble> {
    if !provider.is_enabled {
        return Err(Trouble::Disabled);
    }
    let limit = app.config.rate_limits.posted_request;
    let budget = Budget::of_address(app, "upstream sign-in", address, limit, WINDOW);
    budget::take(app, vec![budget]).await.map_err(too_many)?;
    let endpoints = endpoints(app, provider).await?;
    let state = State::new(app);
    let client = endpoints.client(app, provider)?;
    let (said, nonce) = (CsrfToken::new(state.reveal().to_owned()), state.nonce(app));
    let speaks_openid = provider.preset != Preset::GitHub;
    let client = if speaks_openid { client } else { client.disable_openid_scope() };
    let asked = provider.scopes.iter().filter(|scope| *scope != "openid");
    let mut request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || said, move || nonce)
        .add_scopes(asked.map(|scope| Scope::new(scope.clone())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&state.verifier(app)));
    for (name, value) in further(provider, &purpose) {
        request = request.add_extra_param(*name, *value);
    }
    let (url, _, _) = request.url();
    let browser = browser.map_or_else(|| app.new_link(), |kept| Plain::new(kept.to_owned()));
    ceremony::keep(app, &state, provider, &browser, purpose).await?;
    Ok(Begun { url: url.into(), browser })
}

fn further(provider: &Provider, purpose: &Purpose) -> &'static [(&'static str, &'static str)] {
    let known = preset::known(provider.preset);
    match purpose {
        Purpose::Confirm { .. } | Purpose::SignIn { again: true, .. } => known.again,
        Purpose::Connect { .. } | Purpose::SignIn { choose: true, .. } => known.choose,
        Purpose::SignIn { .. } => &[],
    }
}

fn too_many(no: NoTry) -> Trouble {
    match no {
        NoTry::Exhausted { .. } => Trouble::TooMany,
        NoTry::Refused(refusal) => Trouble::Failed(refusal),
    }
}
