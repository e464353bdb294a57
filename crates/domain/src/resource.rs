use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{AccessTokenFormat, Catalogue, Lifetime, Narrowing, Permit, Refusal, Scopes};

/// Longest identifier of an API, in bytes.
const LONGEST: usize = 500;

/// An API as it is written down in the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceSpec {
    /// The URI by which requests name it.
    pub identifier: String,
    /// What people call it.
    pub name: String,
    /// The scopes that open something there. Each belongs to one API only.
    pub scopes: Vec<String>,
    /// What access tokens look like there, unless the client says otherwise.
    pub access_token_format: AccessTokenFormat,
    /// A shorter life for access tokens there than the instance's.
    pub access_token_lifetime: Option<Lifetime>,
}

/// An API that access tokens are for: a resource server (RFC 8707).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The absolute URI by which requests name it and which stands in `aud` (RFC 8707 section 2).
    pub identifier: String,
    /// What people call it; empty for the instance's own API, where that is called as the instance is.
    pub name: String,
    /// The scopes that open something there.
    pub scopes: Scopes,
    /// What access tokens look like there, unless the client says otherwise.
    pub access_token_format: AccessTokenFormat,
    /// A shorter life for access tokens there than the instance's.
    pub access_token_lifetime: Option<Lifetime>,
}

impl Resource {
    /// What people call it, where the instance calls itself `instance`.
    pub fn called<'a>(&'a self, instance: &'a str) -> &'a str {
        if self.name.is_empty() { instance } else { &self.name }
    }
}

/// Every API that tokens of this instance are for: its own, which is named by the issuer and has all scopes that no other
/// has, and those of the configuration.
#[derive(Clone, Debug)]
pub struct Resources {
    own: Resource,
    others: Vec<Resource>,
}

impl Resources {
    /// The instance's own API and `specs`. A spec that is named by `issuer` says how tokens of the own API look.
    ///
    /// # Errors
    /// A sentence that names the setting that is wrong and says what to do.
    pub fn new(issuer: &str, specs: &[ResourceSpec], catalogue: &Catalogue) -> Result<Self, String> {
        let mut known = Self::only_own(issuer, catalogue);
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        let mut named = BTreeSet::new();
        for spec in specs {
            let identifier = spec.identifier.as_str();
            check_identifier(identifier)?;
            let wrong = |what: String| format!("resources: “{identifier}” {what}");
            if spec.access_token_lifetime.is_some_and(|lifetime| lifetime.as_seconds() == 0) {
                return Err(wrong(
                    "has an access_token_lifetime of nothing; write one such as 15m".to_owned(),
                ));
            }
            if !named.insert(without_root(identifier)) {
                return Err(wrong("is written down twice; leave one of them out".to_owned()));
            }
            if without_root(identifier) == known.own.identifier {
                if !spec.scopes.is_empty() {
                    let told = "is this server's own API, which has every scope that no other has: leave its scopes out";
                    return Err(wrong(told.to_owned()));
                }
                known.own.access_token_format = spec.access_token_format;
                known.own.access_token_lifetime = spec.access_token_lifetime;
                known.own.name.clone_from(&spec.name);
                continue;
            }
            if spec.name.trim().is_empty() || spec.name.chars().count() > 100 {
                return Err(wrong("has no name: people read it when they are asked for consent; write one of 100 characters at most".to_owned()));
            }
            for scope in &spec.scopes {
                check_scope(scope, catalogue).map_err(wrong)?;
                if let Some(other) = owners.insert(scope, identifier) {
                    return Err(wrong(format!(
                        "has the scope “{scope}”, and so has “{other}”: a scope belongs to one API, so that a token for one is none for the other"
                    )));
                }
            }
            known.others.push(Resource {
                identifier: identifier.to_owned(),
                name: spec.name.trim().to_owned(),
                scopes: spec.scopes.iter().cloned().collect(),
                access_token_format: spec.access_token_format,
                access_token_lifetime: spec.access_token_lifetime,
            });
        }
        let taken: Scopes = owners.into_keys().map(str::to_owned).collect();
        known.own.scopes = known.own.scopes.difference(&taken);
        Ok(known)
    }

    /// The instance's own API and no other.
    pub fn only_own(issuer: &str, catalogue: &Catalogue) -> Self {
        let own = Resource {
            identifier: issuer.to_owned(),
            name: String::new(),
            scopes: catalogue.rows().iter().map(|row| row.name.clone()).collect(),
            access_token_format: AccessTokenFormat::default(),
            access_token_lifetime: None,
        };
        Self { own, others: Vec::new() }
    }

    /// The instance's own API.
    pub const fn own(&self) -> &Resource {
        &self.own
    }

    /// All of them, the own one first.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        std::iter::once(&self.own).chain(&self.others)
    }

    /// The API of this name. An address with and without the slash that ends its root is the same one (RFC 3986 section
    /// 6.2.3).
    pub fn find(&self, name: &str) -> Option<&Resource> {
        let name = without_root(name);
        self.iter().find(|resource| without_root(&resource.identifier) == name)
    }

    /// The identifiers of the APIs that a request names; `None` if it names none (RFC 8707 section 2).
    ///
    /// # Errors
    /// `invalid_target` for a name that is no API's.
    pub fn named<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Option<BTreeSet<String>>, Refusal> {
        let mut audience = BTreeSet::new();
        for name in names {
            let resource = self.find(name).ok_or_else(|| {
                let name: String = name.chars().take(80).collect();
                Refusal::invalid_target(format!("no API is registered here as “{name}”"))
            })?;
            audience.insert(resource.identifier.clone());
        }
        Ok((!audience.is_empty()).then_some(audience))
    }

    /// The APIs of an audience that are still registered.
    pub fn of<'a>(&'a self, audience: &'a BTreeSet<String>) -> impl Iterator<Item = &'a Resource> {
        self.iter().filter(|resource| audience.contains(&resource.identifier))
    }

    /// The scopes that open something at any API of an audience.
    pub fn scopes_at(&self, audience: &BTreeSet<String>) -> Scopes {
        self.of(audience).fold(Scopes::none(), |all, resource| all.union(&resource.scopes))
    }

    /// Which of the scopes can be asked for at the APIs of an audience: those that open something there, and those that
    /// say who somebody is.
    pub fn askable(&self, scopes: &Scopes, audience: &BTreeSet<String>) -> Scopes {
        let there = self.scopes_at(audience);
        let fits = |name: &&str| there.contains(name) || Catalogue::is_identity(name);
        scopes.iter().filter(fits).map(str::to_owned).collect()
    }

    /// That all of the scopes can be asked for at the APIs of an audience.
    ///
    /// # Errors
    /// `invalid_scope` that names one which cannot (RFC 6749 section 5.2).
    pub fn check_askable(&self, scopes: &Scopes, audience: &BTreeSet<String>) -> Result<(), Refusal> {
        match scopes.difference(&self.askable(scopes, audience)).first_shortened() {
            Some(name) => {
                Err(Refusal::invalid_scope(format!("no API that “resource” names has the scope “{name}”")))
            }
            None => Ok(()),
        }
    }

    /// The APIs where `scopes` open something; the own one if there is none, since it says who somebody is. This is the
    /// audience of a token whose request named none (RFC 9068 section 3).
    pub fn with_any_of(&self, scopes: &Scopes) -> BTreeSet<String> {
        let opens = |resource: &&Resource| !resource.scopes.intersection(scopes).is_empty();
        let found: BTreeSet<_> = self.iter().filter(opens).map(|it| it.identifier.clone()).collect();
        if found.is_empty() { BTreeSet::from([self.own.identifier.clone()]) } else { found }
    }

    /// What an access token for the APIs that its request names may hold of what was granted (RFC 8707 section 2.2): the
    /// scopes of those APIs. If none are named, it is for those that were granted.
    ///
    /// # Errors
    /// `invalid_target` for an API that was not granted, or if none of those that were is registered any more.
    pub fn narrow(&self, granted: &Permit, named: Option<BTreeSet<String>>) -> Result<Permit, Refusal> {
        let audience = match (named, &granted.audience) {
            (Some(named), _) => named,
            (None, Some(granted)) => self.of(granted).map(|resource| resource.identifier.clone()).collect(),
            (None, None) => return Ok(granted.clone()),
        };
        if audience.is_empty() {
            return Err(Refusal::invalid_target(
                "none of the APIs that this was granted for is registered any more; authorize again",
            ));
        }
        let scopes = Some(granted.scopes.intersection(&self.scopes_at(&audience)));
        granted.narrow(Narrowing { audience: Some(audience), scopes, ..Narrowing::default() })
    }
}

/// An absolute URI without a fragment (RFC 8707 section 2). No client id holds a colon, so none is ever an API's name.
fn check_identifier(identifier: &str) -> Result<(), String> {
    let is_plain = identifier.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(identifier).ok().filter(|_| is_plain && identifier.len() <= LONGEST);
    let shown: String = identifier.chars().take(80).collect();
    match url {
        None => Err(format!(
            "resources: “{shown}” is no identifier of an API; write an absolute URI such as https://api.example.com"
        )),
        Some(url) if url.fragment().is_some() => Err(format!(
            "resources: “{shown}” has a fragment; leave out the # and what follows it (RFC 8707 section 2)"
        )),
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            Err(format!("resources: “{shown}” names a user; leave that out"))
        }
        Some(_) => Ok(()),
    }
}

fn check_scope(scope: &str, catalogue: &Catalogue) -> Result<(), String> {
    if Catalogue::is_built_in(scope) {
        return Err(format!(
            "has the scope “{scope}”, which belongs to this server's own API; give it scopes of its own"
        ));
    }
    if catalogue.find(scope).is_none() {
        return Err(format!(
            "has the scope “{scope}”, which is not there; add [scopes.\"{scope}\"] with a label"
        ));
    }
    Ok(())
}

/// An address without the slash that is all of its path.
fn without_root(name: &str) -> &str {
    let root = |rest: &&str| rest.split_once("://").is_some_and(|(_, host)| !host.contains(['/', '?', '#']));
    name.strip_suffix('/').filter(root).unwrap_or(name)
}

#[cfg(test)]
mod tests;
