use std::collections::BTreeMap;
use std::fs;

use postern_domain::{Plain, ProviderName};
use url::Url;

use super::endpoints::Remembered;
use super::preset::{self, Known};
use crate::{Config, Preset, UpstreamProvider};

/// The sign-in providers of the settings, by their names.
pub struct Providers(BTreeMap<ProviderName, Provider>);

/// A sign-in provider.
pub struct Provider {
    /// What it is called in addresses.
    pub name: ProviderName,
    /// What people know it as.
    pub label: String,
    /// Its issuer: what it is known by, together with a subject.
    pub issuer: String,
    /// Whether anybody gets in by it.
    pub is_enabled: bool,
    pub(super) preset: Preset,
    pub(super) client_id: String,
    pub(super) secret: Option<Plain>,
    pub(super) scopes: Vec<String>,
    /// Whether somebody who opens no account yet gets one.
    pub signs_up: bool,
    /// Whether an address counts as verified here that it says is verified.
    pub trusts_email: bool,
    pub(super) remembered: Remembered,
}

impl Providers {
    /// Those of the settings. One that cannot be read lets nobody in; [`Providers::check`] says so before.
    pub(crate) fn new(config: &Config) -> Self {
        let read = config.upstream.iter().filter_map(|(name, settings)| {
            Provider::read(name, settings).inspect_err(|error| tracing::error!("{error}")).ok()
        });
        Self(read.map(|provider| (provider.name.clone(), provider)).collect())
    }

    /// That a server can work with these settings.
    ///
    /// # Errors
    /// A sentence about the one that is wrong.
    pub fn check(config: &Config) -> Result<(), String> {
        let mut issuers = BTreeMap::new();
        for (name, settings) in &config.upstream {
            let provider = Provider::read(name, settings)?;
            if let Some(other) = issuers.insert(provider.issuer.clone(), name) {
                return Err(format!(
                    "upstream.{other} and upstream.{name} have the same issuer, by which people are known: leave one out"
                ));
            }
        }
        Ok(())
    }

    /// The provider with this name, also if it is disabled.
    pub fn find(&self, name: &str) -> Option<&Provider> {
        self.all().find(|provider| provider.name.as_str() == name)
    }

    /// The provider with this issuer, also if it is disabled.
    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.all().find(|provider| provider.issuer == issuer)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }

    /// Those that let people in.
    pub fn enabled(&self) -> impl Iterator<Item = &Provider> {
        self.all().filter(|provider| provider.is_enabled)
    }
}

impl Provider {
    fn read(name: &str, settings: &UpstreamProvider) -> Result<Self, String> {
        let about = |what: &str| format!("upstream.{name}: {what}");
        let name_read = ProviderName::parse(name).map_err(|error| format!("upstream: {error}"))?;
        let known = preset::known(settings.preset);
        let issuer = settings.issuer.as_deref().or(known.issuer);
        let issuer = issuer.ok_or_else(|| about(&format!("set issuer, such as {}", known.example)))?;
        check_issuer(issuer, &known).map_err(|error| about(&error))?;
        if settings.client_id.trim().is_empty() {
            return Err(about("set client_id to what the provider registered this server by"));
        }
        let secret = secret(settings).map_err(|error| about(&error))?;
        let scopes: Vec<String> = match &settings.scopes {
            Some(scopes) => scopes.clone(),
            None => known.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let speaks_openid = settings.preset != Preset::GitHub;
        if speaks_openid && !scopes.iter().any(|scope| scope == "openid") {
            return Err(about(
                "scopes must hold openid: without it the provider says nothing of who signs in",
            ));
        }
        let label = settings.label.as_deref().unwrap_or(known.label).trim();
        Ok(Self {
            label: if label.is_empty() { name.to_owned() } else { label.to_owned() },
            name: name_read,
            issuer: issuer.to_owned(),
            is_enabled: settings.enabled,
            preset: settings.preset,
            client_id: settings.client_id.trim().to_owned(),
            secret,
            scopes,
            signs_up: settings.sign_up,
            trusts_email: settings.trust_email,
            remembered: Remembered::default(),
        })
    }

    /// Whether a proof asked for once more has to come with the time of it (OIDC Core section 2, `auth_time`).
    pub(super) fn tells_auth_time(&self) -> bool {
        preset::known(self.preset).again.iter().any(|(name, _)| *name == "max_age")
    }
}

/// The issuer identifier of OIDC Discovery section 3; the `http` that it forbids is for one's own machine and network, where
/// `outbound.allow` lets it through.
fn check_issuer(issuer: &str, known: &Known) -> Result<(), String> {
    let expected =
        || format!("issuer must be an https URL without query and fragment, such as {}", known.example);
    let url = Url::parse(issuer).map_err(|_| expected())?;
    let fits = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !fits {
        return Err(expected());
    }
    // Their discovery names another issuer for each tenant, so that anybody's tenant could say who somebody is.
    let several = ["/common/", "/organizations/", "/consumers/", "{tenantid}"];
    if several.iter().any(|part| issuer.contains(part)) && url.host_str() == Some("login.microsoftonline.com")
    {
        return Err(format!("issuer must be of one tenant: {}", known.example));
    }
    Ok(())
}

fn secret(settings: &UpstreamProvider) -> Result<Option<Plain>, String> {
    match (&settings.client_secret, &settings.client_secret_file) {
        (Some(_), Some(_)) => Err("set client_secret or client_secret_file, not both".to_owned()),
        (Some(secret), None) => Ok(Some(Plain::new(secret.reveal().to_owned()))),
        (None, Some(file)) => {
            let read = fs::read_to_string(file);
            let text = read.map_err(|error| format!("client_secret_file {}: {error}", file.display()))?;
            match text.trim() {
                "" => Err(format!("client_secret_file {} is empty", file.display())),
                secret => Ok(Some(Plain::new(secret.to_owned()))),
            }
        }
        (None, None) => Ok(None),
    }
}
