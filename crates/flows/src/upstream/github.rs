//! GitHub, which speaks OAuth 2.0 and no OpenID Connect: there is no id_token, and who somebody is says its API to whoever has
//! the access token. That token came straight from GitHub for our code, secret and PKCE verifier, so it is not another app's.

use std::sync::Arc;

use openidconnect::{AccessToken, OAuth2TokenResponse as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ceremony::State;
use super::endpoints::Endpoints;
use super::openid::{exchange, unproven};
use super::provider::Provider;
use super::trouble::Trouble;
use super::who::{Profile, Who};
use crate::App;

/// The API of github.com; a GitHub Enterprise Server has its own under its address.
const API: &str = "https://api.github.com";
const GITHUB: &str = "https://github.com";
const KIND: &str = "application/vnd.github+json";

/// `GET /user`
#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

/// A row of `GET /user/emails`
#[derive(Deserialize)]
struct Address {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

/// Where GitHub is asked what.
pub(super) fn endpoints(provider: &Provider) -> Option<Endpoints> {
    let at = provider.issuer.trim_end_matches('/');
    Endpoints::of_oauth(
        &provider.issuer,
        format!("{at}/login/oauth/authorize"),
        format!("{at}/login/oauth/access_token"),
    )
}

/// Whether GitHub calls itself so in an answer to a browser.
pub(super) fn is_itself(provider: &Provider, iss: &str) -> bool {
    iss == provider.issuer || iss.strip_prefix(provider.issuer.trim_end_matches('/')) == Some("/login/oauth")
}

/// Who a code is about.
pub(super) async fn prove(
    app: &App,
    provider: &Provider,
    endpoints: &Arc<Endpoints>,
    code: &str,
    state: &State,
) -> Result<Who, Trouble> {
    let client = endpoints.client(app, provider)?;
    let tokens = exchange(app, provider, &client, code, state).await?;
    let user: User = ask(app, provider, "/user", tokens.access_token()).await?;
    Ok(Who {
        subject: user.id.to_string(),
        auth_time: None,
        profile: Profile { username: Some(user.login), name: user.name, ..Profile::default() },
        access_token: tokens.access_token().clone(),
    })
}

/// Asks for the address: the primary one, if GitHub tells it.
pub(super) async fn complete(app: &App, provider: &Provider, who: &mut Who) {
    let Ok(addresses) = ask::<Vec<Address>>(app, provider, "/user/emails", &who.access_token).await else {
        return;
    };
    if let Some(primary) = addresses.into_iter().find(|address| address.primary) {
        who.profile.email = Some(primary.email);
        who.profile.email_verified = primary.verified;
    }
}

async fn ask<T: DeserializeOwned>(
    app: &App,
    provider: &Provider,
    path: &str,
    token: &AccessToken,
) -> Result<T, Trouble> {
    let at = provider.issuer.trim_end_matches('/');
    let url = if at == GITHUB { format!("{API}{path}") } else { format!("{at}/api/v3{path}") };
    let send = |client: &reqwest::Client, url| {
        client.get(url).bearer_auth(token.secret()).header(reqwest::header::ACCEPT, KIND)
    };
    let answer = app.outbound.send(&url, send).await.map_err(|_| Trouble::Unreachable)?;
    match answer.status {
        200 => {}
        500.. => return Err(Trouble::Unreachable),
        status => return Err(unproven(provider, &format!("{path} answered {status}"))),
    }
    serde_json::from_slice(&answer.body).map_err(|error| unproven(provider, &format!("{path}: {error}")))
}
