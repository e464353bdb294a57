//! Between the form of a client and what was typed into it.

use postern_domain::{
    AuthMethod, Catalogue, ClientMetadata, ClientType, GrantName, Params, SigningAlgorithm,
};
use postern_flows::clients::ClientDraft;
use postern_flows::{App, FieldErrors, RequirePkce};
use postern_templating::pages::ClientForm;
use postern_templating::{Choice, Field, ScopeChoice, ScopeChoices, Text, t};

use super::protocol;

/// What was typed, from the fields of the form. Boxes of one name are sent several times, or joined by spaces.
pub(super) fn draft_of(params: &Params) -> ClientDraft {
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let lines = |name: &str| -> Vec<String> {
        let lines = params.get(name).unwrap_or_default().lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let words = |name: &'static str| -> Vec<String> {
        params.all(name).flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    ClientDraft {
        name: text("name"),
        client_type: text("type"),
        redirect_uris: lines("redirect_uris"),
        post_logout_redirect_uris: lines("post_logout_redirect_uris"),
        scopes: words("scope"),
        homepage_url: text("homepage_url"),
        terms_url: text("terms_url"),
        privacy_url: text("privacy_url"),
        auth_method: text("token_endpoint_auth_method"),
        grants: words("grant"),
        access_token_lifetime: text("access_token_lifetime"),
        refresh_token_lifetime: text("refresh_token_lifetime"),
        id_token_signed_response_alg: text("id_token_signed_response_alg"),
        require_pkce: params.get("require_pkce").is_some(),
        trusted: None,
        resource_server: None,
        protocol: protocol::draft_of(params),
    }
}

/// The same as a query, from which [`draft_of`] reads it again.
pub(super) fn query_of(draft: &ClientDraft) -> String {
    let fields = [
        ("name", draft.name.clone()),
        ("type", draft.client_type.clone()),
        ("redirect_uris", draft.redirect_uris.join("\n")),
        ("post_logout_redirect_uris", draft.post_logout_redirect_uris.join("\n")),
        ("scope", draft.scopes.join(" ")),
        ("homepage_url", draft.homepage_url.clone()),
        ("terms_url", draft.terms_url.clone()),
        ("privacy_url", draft.privacy_url.clone()),
        ("token_endpoint_auth_method", draft.auth_method.clone()),
        ("grant", draft.grants.join(" ")),
        ("access_token_lifetime", draft.access_token_lifetime.clone()),
        ("refresh_token_lifetime", draft.refresh_token_lifetime.clone()),
        ("id_token_signed_response_alg", draft.id_token_signed_response_alg.clone()),
        ("require_pkce", if draft.require_pkce { "on".to_owned() } else { String::new() }),
    ];
    let fields = fields.into_iter().chain(protocol::fields_of(&draft.protocol));
    let sent = fields.filter(|(_, value)| !value.is_empty());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish()
}

/// The form as it is shown, with what is wrong beside each field.
pub(super) fn shown(
    app: &App,
    draft: &ClientDraft,
    errors: &FieldErrors,
    existing: Option<&ClientMetadata>,
) -> ClientForm {
    let error = |name: &str| errors.of(name).map(Text::sentence);
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
    let lifetimes = &app.config.lifetimes;
    let client_type = existing.map(|existing| existing.client_type);
    ClientForm {
        problem: None,
        name: field("name", &draft.name),
        client_type: field("type", &draft.client_type),
        redirect_uris: field("redirect_uris", &draft.redirect_uris.join("\n")),
        homepage_url: field("homepage_url", &draft.homepage_url),
        scopes: scopes(&app.catalogue, draft),
        scopes_error: error("scopes"),
        terms_url: field("terms_url", &draft.terms_url),
        privacy_url: field("privacy_url", &draft.privacy_url),
        post_logout_redirect_uris: field(
            "post_logout_redirect_uris",
            &draft.post_logout_redirect_uris.join("\n"),
        ),
        token_endpoint_auth_method: auth_methods(client_type, &draft.auth_method),
        token_endpoint_auth_method_error: error("token_endpoint_auth_method"),
        grants: GrantName::ALL.iter().map(|grant| grant_choice(*grant, draft)).collect(),
        grants_error: error("grants"),
        access_token_lifetime: field("access_token_lifetime", &draft.access_token_lifetime),
        refresh_token_lifetime: field("refresh_token_lifetime", &draft.refresh_token_lifetime),
        default_access_token_lifetime: lifetimes.access_token.to_string(),
        default_refresh_token_lifetime: lifetimes.refresh_token.to_string(),
        id_token_signed_response_alg: algorithms(&draft.id_token_signed_response_alg),
        id_token_signed_response_alg_error: error("id_token_signed_response_alg"),
        require_pkce: draft.require_pkce,
        protocol: protocol::shown(&draft.protocol, errors),
        pkce_is_required: app.config.clients.require_pkce == RequirePkce::All,
    }
}

fn scopes(catalogue: &Catalogue, draft: &ClientDraft) -> Vec<ScopeChoices> {
    let mut groups: Vec<ScopeChoices> = Vec::new();
    for row in catalogue.offered() {
        let checked = draft.scopes.contains(&row.name);
        let choice = ScopeChoice::new(&row.name, &row.label, &row.description, checked);
        let name = if row.group.is_empty() { "Other" } else { &row.group };
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.scopes.push(choice),
            None => groups.push(ScopeChoices { name: name.to_owned(), scopes: vec![choice] }),
        }
    }
    groups
}

fn auth_methods(client_type: Option<ClientType>, chosen: &str) -> Vec<Choice> {
    let (open, methods): (_, &[AuthMethod]) = match client_type {
        Some(ClientType::Public) => (t("None: it has no secret"), &[]),
        _ => (
            t("Either of the first two"),
            &[
                AuthMethod::ClientSecretBasic,
                AuthMethod::ClientSecretPost,
                AuthMethod::PrivateKeyJwt,
                AuthMethod::ClientSecretJwt,
            ],
        ),
    };
    let open = Choice::new("", open);
    let rest = methods.iter().map(|method| Choice::new(method.as_str(), Text::verbatim(method.as_str())));
    std::iter::once(open)
        .chain(rest)
        .map(|choice| {
            let selected = choice.value == chosen;
            choice.selected(selected)
        })
        .collect()
}

fn grant_choice(grant: GrantName, draft: &ClientDraft) -> Choice {
    let help = match grant {
        GrantName::AuthorizationCode => t("People sign in and allow access."),
        GrantName::RefreshToken => t("The client renews access by itself."),
    };
    let selected = draft.grants.iter().any(|name| name == grant.as_str());
    Choice::new(grant.as_str(), Text::verbatim(grant.as_str())).with_help(help).selected(selected)
}

fn algorithms(chosen: &str) -> Vec<Choice> {
    let chosen = if chosen.is_empty() { SigningAlgorithm::Rs256.as_str() } else { chosen };
    let choice = |name: &str| Choice::new(name, Text::verbatim(name.to_owned())).selected(name == chosen);
    SigningAlgorithm::ALL.iter().map(|algorithm| choice(algorithm.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_survives_its_way_through_a_query() {
        let draft = ClientDraft {
            name: "Notes & “more”".into(),
            redirect_uris: vec!["https://a.example/cb?x=1&y=2".into(), "http://127.0.0.1/cb".into()],
            auth_method: "client_secret_post".into(),
            require_pkce: true,
            ..ClientDraft::blank()
        };
        let params = Params::parse_repeated(query_of(&draft).as_bytes()).unwrap();
        assert_eq!(draft_of(&params), draft);
    }

    #[test]
    fn lines_lose_the_space_around_them_and_nothing_else() {
        let form =
            b"redirect_uris=+https%3A%2F%2Fa.example%2Fcb%3Fq%3Da%2Bb%0D%0A%0D%0Ahttps%3A%2F%2FA.example%2F";
        let draft = draft_of(&Params::parse_repeated(form).unwrap());
        assert_eq!(draft.redirect_uris, ["https://a.example/cb?q=a+b", "https://A.example/"]);
    }
}
