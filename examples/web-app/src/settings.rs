//! What the app has to be told: who it is, and whom it trusts.

use anyhow::{Context as _, bail};
use url::Url;

/// The settings of one installation of the app.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whom the app trusts to sign people in: the issuer, exactly as its discovery document names itself.
    pub issuer: String,
    /// The client id the app was registered with.
    pub client_id: String,
    /// The client secret; absent for a public client, which PKCE alone protects.
    pub client_secret: Option<String>,
    /// Where browsers find this app, without a path; the registered redirect URI is this plus `/callback`.
    pub base_url: String,
    /// What to ask for, beside `openid`, which is always asked for.
    pub scopes: Vec<String>,
    /// Whether it works for an organization, which whoever signs in picks, and not for a person.
    pub for_organizations: bool,
}

impl Settings {
    /// Reads the settings from the environment: `ISSUER`, `CLIENT_ID`, `CLIENT_SECRET` (none for a public
    /// client), `BASE_URL` (`http://localhost:8090` unless set), `SCOPES` (`profile email` unless set) and `SUB_TYPE` (`organization` to
    /// work for one).
    ///
    /// # Errors
    /// Says which variable is missing or is no URL.
    pub fn from_environment() -> anyhow::Result<Self> {
        let base_url = variable("BASE_URL").unwrap_or_else(|| "http://localhost:8090".into());
        let settings = Self {
            issuer: variable("ISSUER").context("set ISSUER to the address of your Postern")?,
            client_id: variable("CLIENT_ID").context("set CLIENT_ID to the id of your registered client")?,
            client_secret: variable("CLIENT_SECRET"),
            base_url: base_url.trim_end_matches('/').to_owned(),
            scopes: words(&variable("SCOPES").unwrap_or_else(|| "profile email".into())),
            for_organizations: variable("SUB_TYPE").is_some_and(|kind| kind == "organization"),
        };
        for (name, value) in [("ISSUER", &settings.issuer), ("BASE_URL", &settings.base_url)] {
            if Url::parse(value).is_err() {
                bail!("{name} is not a URL: {value}");
            }
        }
        Ok(settings)
    }

    /// Where the server sends the browser back to.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.base_url)
    }

    /// Whether browsers reach the app by https, so that its cookie may insist on it.
    pub(crate) fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn words(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}
