use postern_domain::{
    AuthMethod, Catalogue, ClientMetadata, ClientType, GrantName, Lifetime, PersonName, RedirectUri,
    ScopeSpec, Scopes, SigningAlgorithm, WebUrl,
};

use super::{ClientDraft, Manager, protocol};
use crate::{FieldErrors, Lifetimes};

/// Most redirect URIs of a client, and most post-logout redirect URIs.
const MAX_URIS: usize = 50;

/// What a draft is checked against.
pub(crate) struct Rules<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) lifetimes: &'a Lifetimes,
    pub(crate) manager: Manager<'a>,
    /// What is registered already, of a client that is edited.
    pub(crate) existing: Option<&'a ClientMetadata>,
}

impl Rules<'_> {
    /// Turns a draft into what can be registered.
    ///
    /// # Errors
    /// [`FieldErrors`] with everything that is wrong, in the order of the form.
    pub(crate) fn check(&self, draft: &ClientDraft) -> Result<ClientMetadata, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = self.name(draft, &mut errors);
        let homepage_url = self.homepage(draft, &mut errors);
        let client_type = self.client_type(draft, &mut errors);
        // The rest is judged all the same, so that everything that is wrong is said at once.
        let assumed = client_type.unwrap_or(ClientType::Confidential);
        let grants = grants(draft, &mut errors);
        let redirect_uris = uris("redirect_uris", &draft.redirect_uris, assumed, &mut errors);
        if draft.redirect_uris.is_empty() && grants.contains(&GrantName::AuthorizationCode) {
            errors.add("redirect_uris", "Write at least one address that people come back to after sign-in.");
        }
        let scopes = self.scopes(draft, &mut errors);
        let terms_url = link("terms_url", &draft.terms_url, &mut errors);
        let privacy_url = link("privacy_url", &draft.privacy_url, &mut errors);
        let post_logout_redirect_uris =
            uris("post_logout_redirect_uris", &draft.post_logout_redirect_uris, assumed, &mut errors);
        let auth_method = auth_method(draft, assumed, &mut errors);
        let id_token_signed_response_alg = algorithm(draft, &mut errors);
        let access_token_lifetime = shortened(
            "access_token_lifetime",
            &draft.access_token_lifetime,
            self.lifetimes.access_token,
            &mut errors,
        );
        let refresh_token_lifetime = shortened(
            "refresh_token_lifetime",
            &draft.refresh_token_lifetime,
            self.lifetimes.refresh_token,
            &mut errors,
        );
        let trusted = self.privilege("trusted", draft.trusted, |known| known.trusted, &mut errors);
        let resource_server = self.privilege(
            "resource_server",
            draft.resource_server,
            |known| known.resource_server,
            &mut errors,
        );
        let (Some(name), Some(client_type), true) = (name, client_type, errors.is_empty()) else {
            return Err(errors);
        };
        let usual = ClientMetadata {
            redirect_uris,
            post_logout_redirect_uris,
            scopes,
            homepage_url,
            terms_url,
            privacy_url,
            auth_method,
            grants,
            access_token_lifetime,
            refresh_token_lifetime,
            id_token_signed_response_alg,
            require_pkce: draft.require_pkce,
            trusted,
            resource_server,
            ..ClientMetadata::new(name, client_type)
        };
        protocol::check(&draft.protocol, usual)
    }

    fn name(&self, draft: &ClientDraft, errors: &mut FieldErrors) -> Option<PersonName> {
        if draft.name.trim().is_empty() {
            errors.add("name", "Give the client a name. People see it when they are asked.");
            return None;
        }
        errors.take("name", PersonName::parse(&draft.name))
    }

    fn homepage(&self, draft: &ClientDraft, errors: &mut FieldErrors) -> Option<WebUrl> {
        // What commands make may have no page, and what registers itself need not say (RFC 7591 section 2).
        let may_be_absent = matches!(self.manager, Manager::Operator | Manager::Itself);
        if draft.homepage_url.trim().is_empty() && !may_be_absent {
            errors.add("homepage_url", "Write the address where people can read what the app is.");
            return None;
        }
        link("homepage_url", &draft.homepage_url, errors)
    }

    fn client_type(&self, draft: &ClientDraft, errors: &mut FieldErrors) -> Option<ClientType> {
        match self.existing {
            Some(existing) => Some(existing.client_type),
            None => errors.take("type", draft.client_type.parse()),
        }
    }

    fn scopes(&self, draft: &ClientDraft, errors: &mut FieldErrors) -> Scopes {
        let is_kept = |name: &str| self.existing.is_some_and(|existing| existing.scopes.contains(name));
        let is_hidden = |name: &str| self.catalogue.find(name).is_some_and(|row| row.hidden);
        let mut scopes: Scopes = draft.scopes.iter().cloned().collect();
        let offered =
            |name: &&str| self.catalogue.find(name).is_some_and(|row| self.may_have(row)) || is_kept(name);
        let unknown: Vec<&str> = scopes.iter().filter(|name| !offered(name)).collect();
        if !unknown.is_empty() {
            let shown = self.catalogue.offered().filter(|row| self.may_have(row));
            let known: Vec<&str> = shown.map(|row| row.name.as_str()).collect();
            errors.add(
                "scopes",
                format!("This server has no scope {}. It has: {}.", quoted(&unknown), known.join(", ")),
            );
        } else if scopes.is_empty() {
            errors.add("scopes", "Choose at least one scope.");
        }
        if let Some(existing) = self.existing {
            // A form does not show hidden scopes, so leaving them out of it does not take them away.
            let hidden = existing.scopes.iter().filter(|name| is_hidden(name)).map(str::to_owned).collect();
            scopes = scopes.union(&hidden);
        }
        scopes
    }

    /// Whether a client of this manager can be registered with a scope.
    fn may_have(&self, row: &ScopeSpec) -> bool {
        match self.manager {
            // Of what registers itself nobody knows whose it is: what takes a right of its own is not for it.
            Manager::Itself => !row.hidden && row.right.is_none(),
            manager => !row.hidden || manager.is_operator(),
        }
    }

    fn privilege(
        &self,
        field: &'static str,
        wanted: Option<bool>,
        known: impl Fn(&ClientMetadata) -> bool,
        errors: &mut FieldErrors,
    ) -> bool {
        let now = self.existing.is_some_and(known);
        if wanted == Some(true) && !now && !self.manager.is_operator() {
            errors.add(field, "Only an administrator of this server can give a client this right.");
        }
        wanted.unwrap_or(now)
    }
}

fn uris(
    field: &'static str,
    typed: &[String],
    client_type: ClientType,
    errors: &mut FieldErrors,
) -> Vec<RedirectUri> {
    if typed.len() > MAX_URIS {
        errors.add(field, format!("There are {} addresses; a client has {MAX_URIS} at most.", typed.len()));
        return Vec::new();
    }
    let mut uris: Vec<RedirectUri> = Vec::with_capacity(typed.len());
    for text in typed {
        match RedirectUri::register(text, client_type) {
            Ok(uri) if uris.contains(&uri) => {
                errors.add(field, format!("{} is there twice.", quoted(&[text])));
            }
            Ok(uri) => uris.push(uri),
            Err(error) => errors.add(field, format!("{}: {error}.", quoted(&[text]))),
        }
    }
    uris
}

fn link(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<WebUrl> {
    if typed.trim().is_empty() { None } else { errors.take(field, WebUrl::parse(typed)) }
}

fn auth_method(draft: &ClientDraft, client_type: ClientType, errors: &mut FieldErrors) -> Option<AuthMethod> {
    const FIELD: &str = "token_endpoint_auth_method";
    if draft.auth_method.is_empty() {
        return None;
    }
    let method = errors.take(FIELD, draft.auth_method.parse())?;
    match (client_type, method) {
        (ClientType::Confidential, AuthMethod::None) => errors.add(
            FIELD,
            "A confidential client proves itself by its secret: choose client_secret_basic or client_secret_post.",
        ),
        (ClientType::Public, AuthMethod::None) | (ClientType::Confidential, _) => {}
        (ClientType::Public, _) => {
            errors.add(FIELD, "A public client has nothing to prove itself by: leave this open or choose none.");
        }
    }
    Some(method)
}

fn grants(draft: &ClientDraft, errors: &mut FieldErrors) -> Vec<GrantName> {
    const FIELD: &str = "grants";
    let mut grants: Vec<GrantName> = Vec::new();
    for name in &draft.grants {
        if let Some(grant) = errors.take(FIELD, name.parse())
            && !grants.contains(&grant)
        {
            grants.push(grant);
        }
    }
    if draft.grants.is_empty() {
        errors.add(FIELD, "Choose at least one grant.");
    } else if grants.contains(&GrantName::RefreshToken) && !grants.contains(&GrantName::AuthorizationCode) {
        errors.add(FIELD, "A refresh token comes from an authorization: choose authorization_code as well.");
    }
    grants
}

fn algorithm(draft: &ClientDraft, errors: &mut FieldErrors) -> SigningAlgorithm {
    let typed = draft.id_token_signed_response_alg.as_str();
    let chosen = if typed.is_empty() { Ok(SigningAlgorithm::Rs256) } else { typed.parse() };
    errors.take("id_token_signed_response_alg", chosen).unwrap_or(SigningAlgorithm::Rs256)
}

fn shortened(
    field: &'static str,
    typed: &str,
    longest: Lifetime,
    errors: &mut FieldErrors,
) -> Option<Lifetime> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let span: Lifetime = errors.take(field, typed.parse())?;
    if span.as_seconds() == 0 {
        errors.add(field, "Write at least 1s, or leave it empty for the server's own.");
    } else if span > longest {
        errors.add(field, format!("A client may shorten what the server allows: write {longest} at most."));
    }
    Some(span)
}

/// Names as they were typed, long ones cut short.
fn quoted(names: &[&str]) -> String {
    let quote = |name: &&str| match name.char_indices().nth(80) {
        Some((end, _)) => format!("“{}…”", name.get(..end).unwrap_or_default()),
        None => format!("“{name}”"),
    };
    let all: Vec<String> = names.iter().take(5).map(quote).collect();
    all.join(", ")
}
