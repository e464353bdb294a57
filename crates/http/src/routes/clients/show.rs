use axum::response::Response;
use postern_domain::{
    AuthMethod, Client, ClientMetadata, ClientOwner, ClientSecret, ClientType, Refusal, Timestamp, User,
};
use postern_flows::clients::{self, RefusedCalls};
use postern_flows::logout::{self, LogoutNotice};
use postern_flows::{App, Paging, RequirePkce};
use postern_templating::pages::{
    Client as ClientPage, ClientCallError, ClientSecretRow, Endpoint, LogoutNoticeRow, UnusedScopes,
};
use postern_templating::{Badge, Shortened, Snippet, Text, Tone, When, span, t};

use super::address::{self, Done};
use super::managed::ManagedClient;
use super::protocol;
use crate::answer::PageRefusal;
use crate::request::{PageQuery, PageRequest};
use crate::{face, page};

/// How many of the latest sign-outs that a client was told of its page has.
const NOTICES: u64 = 10;

pub(super) async fn show(
    managed: ManagedClient,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let ManagedClient { page: PageRequest { app, signed_in, .. }, client, .. } = &managed;
    let insight = clients::insight(app, client).await?;
    let told = logout::notices(app, client, &Paging { limit: NOTICES, cursor: None }).await?.items;
    let now = app.clock.now();
    let at = |at: Timestamp| When::new(at.0, now.0);
    let mut chrome = managed.chrome().await?;
    chrome.notice = Done::notice(query.get("done"));
    let metadata = &client.metadata;
    Ok(page::render(&ClientPage {
        chrome,
        url: address::of(client),
        face: face::of(client),
        client_id: Shortened::new(client.identifier.as_str()),
        client_type: Text::sentence(metadata.client_type.as_str()),
        homepage_url: metadata.homepage_url.as_ref().map(ToString::to_string),
        owner: owner(app, client, &signed_in.user).await?,
        created: at(client.created_at),
        redirect_uris: metadata.redirect_uris.iter().map(ToString::to_string).collect(),
        scopes: metadata.scopes.iter().map(str::to_owned).collect(),
        unused_scopes: unused_scopes(client, now),
        settings: settings(app, metadata),
        secrets: secrets(client, now),
        uses_secrets: metadata.uses_secret(),
        users: insight.usage.users,
        live_tokens: insight.usage.live_tokens,
        last_call: client.last_used_at.map(at),
        errors: insight.refused.iter().map(|call| refused(call, now)).collect(),
        logout_notices: (client.metadata.backchannel_logout_uri.is_some() || !told.is_empty())
            .then(|| told.iter().map(|notice| told_of(notice, now)).collect()),
        endpoints: endpoints(app),
        snippets: snippets(app, client),
    }))
}

/// What a client is registered for and has no use for, as pages show it.
pub(crate) fn unused_scopes(client: &Client, now: Timestamp) -> Option<UnusedScopes> {
    let scopes: Vec<String> = client.unused_scopes().iter().map(str::to_owned).collect();
    let since = client.granted.since.filter(|_| !client.was_always_seen());
    (!scopes.is_empty()).then(|| UnusedScopes { scopes, since: since.map(|at| When::new(at.0, now.0)) })
}

/// Programs for the client, as pages show them.
pub(super) fn snippets(app: &App, client: &Client) -> Vec<Snippet> {
    let of_page = |snippet: clients::ClientSnippet| Snippet::new(snippet.id, snippet.label, snippet.code);
    clients::snippets(app, client).into_iter().map(of_page).collect()
}

async fn owner(app: &App, client: &Client, viewer: &User) -> Result<Text, Refusal> {
    Ok(match client.owner {
        ClientOwner::User(id) if id == viewer.id => t("you"),
        ClientOwner::User(id) => app
            .user(id)
            .await?
            .map_or_else(|| t("a deleted account"), |user| Text::verbatim(user.username.to_string())),
        ClientOwner::Organization(id) => app
            .organization(id)
            .await?
            .map_or_else(|| t("a deleted organization"), |it| Text::verbatim(it.name.to_string())),
        ClientOwner::Instance => t("this server"),
        ClientOwner::Nobody => t("nobody: it registered itself"),
    })
}

fn secrets(client: &Client, now: Timestamp) -> Vec<ClientSecretRow> {
    let live: Vec<&ClientSecret> = client.live_secrets(now).collect();
    let is_last = live.len() == 1;
    let row = |secret: &&ClientSecret| ClientSecretRow {
        id: secret.id.to_string(),
        hint: secret.hint.clone(),
        created: When::new(secret.created_at.0, now.0),
        last_used: secret.last_used_at.map(|at| When::new(at.0, now.0)),
        state: match secret.expires_at {
            None => Badge::new(Tone::Good, t("active")),
            Some(end) => Badge::new(
                Tone::Warning,
                t("expires {when}").with("when", When::new(end.0, now.0).relative()),
            ),
        },
        is_last,
    };
    live.iter().map(row).collect()
}

fn refused(call: &RefusedCalls, now: Timestamp) -> ClientCallError {
    ClientCallError {
        when: When::new(call.last_at.0, now.0),
        endpoint: call.endpoint.clone(),
        code: call.code.clone(),
        reason: call.reason.clone(),
        count: call.count,
    }
}

fn told_of(notice: &LogoutNotice, now: Timestamp) -> LogoutNoticeRow {
    let state = match (notice.delivered_at, notice.next_try_at) {
        (Some(_), _) => Badge::new(Tone::Good, t("delivered")),
        (None, Some(_)) if notice.tries == 0 => Badge::new(Tone::Neutral, t("on its way")),
        (None, Some(next)) => Badge::new(
            Tone::Warning,
            t("tried again {when}").with("when", When::new(next.0, now.0).relative()),
        ),
        (None, None) => Badge::new(Tone::Bad, t("given up")),
    };
    LogoutNoticeRow {
        when: When::new(notice.created_at.0, now.0),
        state,
        answer: notice.outcome.problem.clone().unwrap_or_default(),
        tries: u64::try_from(notice.tries).unwrap_or_default(),
    }
}

fn endpoints(app: &App) -> Vec<Endpoint> {
    [
        ("Discovery", "/.well-known/openid-configuration"),
        ("Authorization", "/v1/oauth2/authorize"),
        ("Token", "/v1/oauth2/token"),
        ("Userinfo", "/v1/oauth2/userinfo"),
        ("Revocation", "/v1/oauth2/revoke"),
        ("Introspection", "/v1/oauth2/introspect"),
        ("Keys", "/.well-known/jwks.json"),
    ]
    .map(|(label, path)| Endpoint { label: label.to_owned(), url: app.config.url(path) })
    .into()
}

fn settings(app: &App, metadata: &ClientMetadata) -> Vec<(Text, Text)> {
    let lifetimes = &app.config.lifetimes;
    let access = metadata.access_token_lifetime.unwrap_or(lifetimes.access_token);
    let refresh = metadata.refresh_token_lifetime.unwrap_or(lifetimes.refresh_token);
    let refresh = refresh.min(lifetimes.refresh_token);
    let joined = |values: Vec<String>| Text::verbatim(values.join(", "));
    let mut rows = vec![
        (t("Authentication"), authentication(metadata)),
        (t("Grants"), joined(metadata.grants.iter().map(ToString::to_string).collect())),
        (t("Access tokens last"), span(access.min(lifetimes.access_token).as_seconds())),
        (t("Refresh tokens last"), t("{span} unused").with("span", span(refresh.as_seconds()))),
        (t("id_token signature"), Text::verbatim(metadata.id_token_signed_response_alg.to_string())),
        (Text::verbatim("PKCE"), pkce(app, metadata)),
    ];
    if metadata.trusted {
        rows.push((t("Consent"), t("not asked for: a first-party app")));
    }
    if metadata.resource_server {
        rows.push((t("Introspection"), t("of any token, as a resource server")));
    }
    for (label, url) in
        [(t("Terms of service"), &metadata.terms_url), (t("Privacy policy"), &metadata.privacy_url)]
    {
        rows.extend(url.as_ref().map(|url| (label, Text::verbatim(url.to_string()))));
    }
    if !metadata.post_logout_redirect_uris.is_empty() {
        let uris = metadata.post_logout_redirect_uris.iter().map(ToString::to_string).collect();
        rows.push((t("After sign-out"), joined(uris)));
    }
    rows.extend(protocol::rows(metadata));
    rows
}

fn authentication(metadata: &ClientMetadata) -> Text {
    match (metadata.auth_method, metadata.client_type) {
        (Some(method), _) => Text::verbatim(method.as_str()),
        (None, ClientType::Public) => Text::verbatim(AuthMethod::None.as_str()),
        (None, ClientType::Confidential) => t("client_secret_basic or client_secret_post"),
    }
}

fn pkce(app: &App, metadata: &ClientMetadata) -> Text {
    let required = metadata.require_pkce
        || metadata.client_type == ClientType::Public
        || app.config.clients.require_pkce == RequirePkce::All;
    if required { t("required") } else { t("optional") }
}
