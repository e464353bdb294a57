//! What calls about clients take and answer.

use postern_domain::{Client, ClientOwner, ClientSecret, GrantName};
use postern_flows::App;
use postern_flows::clients::{ClientDraft, ClientUsage, ProtocolDraft};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::protocol::ClientProtocol;
use crate::api::{present, words};

/// An OAuth client.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct OAuthClient {
    id: Uuid,
    client_id: String,
    owner: Option<Owner>,
    name: String,
    /// `confidential` or `public`.
    #[serde(rename = "type")]
    client_type: &'static str,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    /// The most it may ask for.
    scopes: Vec<String>,
    homepage_url: Option<String>,
    logo_url: Option<String>,
    terms_url: Option<String>,
    privacy_url: Option<String>,
    /// `null` leaves a confidential client client_secret_basic and client_secret_post.
    token_endpoint_auth_method: Option<&'static str>,
    grants: Vec<&'static str>,
    /// Such as `1h`; `null` is the server's own.
    access_token_lifetime: Option<String>,
    refresh_token_lifetime: Option<String>,
    id_token_signed_response_alg: &'static str,
    require_pkce: bool,
    /// Whether people are not asked for consent.
    trusted: bool,
    /// Whether it may introspect tokens that others were issued.
    resource_server: bool,
    protocol: ClientProtocol,
    /// Whether it registered itself; nobody owns it then.
    registered_itself: bool,
    secrets: Vec<Secret>,
    disabled: bool,
    /// How many people hold a live token of it.
    users: u64,
    live_tokens: u64,
    /// How many of its calls were refused in the last seven days.
    recent_errors: u64,
    /// Those of its scopes that no token of it was issued with since `granted_scopes_since`.
    unused_scopes: Vec<String>,
    /// Since when it is noted which scopes its tokens are issued with, in Unix seconds; `null` if that has not begun.
    granted_scopes_since: Option<i64>,
    /// Unix seconds.
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
}

/// Whose a client is.
#[derive(Debug, Serialize, ToSchema)]
struct Owner {
    /// `user` or `organization`.
    #[serde(rename = "type")]
    kind: &'static str,
    id: Uuid,
}

/// A secret as it is known: never its value.
#[derive(Debug, Serialize, ToSchema)]
struct Secret {
    id: Uuid,
    /// Its last characters.
    hint: String,
    created_at: i64,
    /// `null` while it is the current one.
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

/// A client that was just registered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisteredClient {
    #[serde(flatten)]
    pub(super) client: OAuthClient,
    /// Shown this once; `null` for a public client.
    pub(super) client_secret: Option<String>,
}

/// A client to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientToBe {
    /// Whose it becomes, if not a person's own; an organization's own token need not say.
    #[serde(default)]
    #[schema(format = Uuid)]
    pub(super) organization_id: Option<String>,
    name: String,
    /// `confidential` or `public`.
    #[serde(rename = "type")]
    client_type: String,
    redirect_uris: Vec<String>,
    /// The most it may ask for.
    scopes: Vec<String>,
    homepage_url: String,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    terms_url: Option<String>,
    #[serde(default)]
    privacy_url: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    /// Else `authorization_code` and `refresh_token`.
    #[serde(default)]
    grants: Option<Vec<String>>,
    #[serde(default)]
    #[schema(schema_with = words::span_or_null)]
    access_token_lifetime: Option<String>,
    #[serde(default)]
    #[schema(schema_with = words::span_or_null)]
    refresh_token_lifetime: Option<String>,
    #[serde(default)]
    id_token_signed_response_alg: Option<String>,
    #[serde(default)]
    require_pkce: bool,
    /// For administrators only.
    #[serde(default)]
    trusted: Option<bool>,
    /// For administrators only.
    #[serde(default)]
    resource_server: Option<bool>,
    #[serde(default)]
    protocol: Option<ClientProtocol>,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClientChange {
    name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
    homepage_url: Option<String>,
    post_logout_redirect_uris: Option<Vec<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    terms_url: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    privacy_url: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    token_endpoint_auth_method: Option<Option<String>>,
    grants: Option<Vec<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(schema_with = words::span_or_null)]
    access_token_lifetime: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schema(schema_with = words::span_or_null)]
    refresh_token_lifetime: Option<Option<String>>,
    id_token_signed_response_alg: Option<String>,
    require_pkce: Option<bool>,
    trusted: Option<bool>,
    resource_server: Option<bool>,
    /// Replaced as a whole.
    protocol: Option<ClientProtocol>,
}

/// How long the old secret goes on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Overlap {
    /// Such as `24h`; `0s` ends it at once; else seven days.
    #[schema(schema_with = words::span_or_null)]
    pub(super) overlap: Option<String>,
}

/// A new secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NewSecret {
    /// Shown this once.
    pub(super) client_secret: String,
    /// When the one before stops working, in Unix seconds; `null` if there is none that works.
    pub(super) previous_expires_at: Option<i64>,
}

impl OAuthClient {
    pub(in super::super) fn new(app: &App, client: &Client, usage: ClientUsage) -> Self {
        let (metadata, now) = (&client.metadata, app.clock.now());
        let link = |url: &Option<postern_domain::WebUrl>| url.as_ref().map(ToString::to_string);
        Self {
            id: client.id.0,
            client_id: client.identifier.to_string(),
            owner: owner(client.owner),
            name: metadata.name.to_string(),
            client_type: metadata.client_type.as_str(),
            redirect_uris: metadata.redirect_uris.iter().map(ToString::to_string).collect(),
            post_logout_redirect_uris: metadata
                .post_logout_redirect_uris
                .iter()
                .map(ToString::to_string)
                .collect(),
            scopes: metadata.scopes.iter().map(str::to_owned).collect(),
            homepage_url: link(&metadata.homepage_url),
            logo_url: client
                .logo_digest
                .as_ref()
                .map(|digest| app.config.url(&format!("/logos/{digest}.png"))),
            terms_url: link(&metadata.terms_url),
            privacy_url: link(&metadata.privacy_url),
            token_endpoint_auth_method: metadata.auth_method.map(|method| method.as_str()),
            grants: metadata.grants.iter().map(|grant| grant.as_str()).collect(),
            access_token_lifetime: metadata.access_token_lifetime.map(|span| span.to_string()),
            refresh_token_lifetime: metadata.refresh_token_lifetime.map(|span| span.to_string()),
            id_token_signed_response_alg: metadata.id_token_signed_response_alg.as_str(),
            require_pkce: metadata.require_pkce,
            trusted: metadata.trusted,
            resource_server: metadata.resource_server,
            protocol: ProtocolDraft::of(metadata).into(),
            registered_itself: client.owner == ClientOwner::Nobody,
            secrets: client.live_secrets(now).map(Secret::from).collect(),
            disabled: client.disabled,
            users: usage.users,
            live_tokens: usage.live_tokens,
            recent_errors: usage.recent_errors,
            unused_scopes: client.unused_scopes().iter().map(str::to_owned).collect(),
            granted_scopes_since: client.granted.since.map(|at| at.0),
            created_at: client.created_at.0,
            updated_at: client.updated_at.0,
            last_used_at: client.last_used_at.map(|at| at.0),
        }
    }
}

fn owner(owner: ClientOwner) -> Option<Owner> {
    match owner {
        ClientOwner::User(id) => Some(Owner { kind: "user", id: id.0 }),
        ClientOwner::Organization(id) => Some(Owner { kind: "organization", id: id.0 }),
        ClientOwner::Instance | ClientOwner::Nobody => None,
    }
}

impl From<&ClientSecret> for Secret {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id.0,
            hint: secret.hint.clone(),
            created_at: secret.created_at.0,
            expires_at: secret.expires_at.map(|at| at.0),
            last_used_at: secret.last_used_at.map(|at| at.0),
        }
    }
}

impl From<ClientToBe> for ClientDraft {
    fn from(body: ClientToBe) -> Self {
        let usual = || GrantName::ALL.iter().map(ToString::to_string).collect();
        Self {
            name: body.name,
            client_type: body.client_type,
            redirect_uris: body.redirect_uris,
            post_logout_redirect_uris: body.post_logout_redirect_uris,
            scopes: body.scopes,
            homepage_url: body.homepage_url,
            terms_url: body.terms_url.unwrap_or_default(),
            privacy_url: body.privacy_url.unwrap_or_default(),
            auth_method: body.token_endpoint_auth_method.unwrap_or_default(),
            grants: body.grants.unwrap_or_else(usual),
            access_token_lifetime: body.access_token_lifetime.unwrap_or_default(),
            refresh_token_lifetime: body.refresh_token_lifetime.unwrap_or_default(),
            id_token_signed_response_alg: body.id_token_signed_response_alg.unwrap_or_default(),
            require_pkce: body.require_pkce,
            trusted: body.trusted,
            resource_server: body.resource_server,
            protocol: body.protocol.map(ProtocolDraft::from).unwrap_or_default(),
        }
    }
}

impl ClientChange {
    /// What is registered with these changes.
    pub(super) fn applied_to(self, now: ClientDraft) -> ClientDraft {
        let text = |new: Option<Option<String>>, now: String| new.map_or(now, Option::unwrap_or_default);
        ClientDraft {
            name: self.name.unwrap_or(now.name),
            client_type: now.client_type,
            redirect_uris: self.redirect_uris.unwrap_or(now.redirect_uris),
            post_logout_redirect_uris: self
                .post_logout_redirect_uris
                .unwrap_or(now.post_logout_redirect_uris),
            scopes: self.scopes.unwrap_or(now.scopes),
            homepage_url: self.homepage_url.unwrap_or(now.homepage_url),
            terms_url: text(self.terms_url, now.terms_url),
            privacy_url: text(self.privacy_url, now.privacy_url),
            auth_method: text(self.token_endpoint_auth_method, now.auth_method),
            grants: self.grants.unwrap_or(now.grants),
            access_token_lifetime: text(self.access_token_lifetime, now.access_token_lifetime),
            refresh_token_lifetime: text(self.refresh_token_lifetime, now.refresh_token_lifetime),
            id_token_signed_response_alg: self
                .id_token_signed_response_alg
                .unwrap_or(now.id_token_signed_response_alg),
            require_pkce: self.require_pkce.unwrap_or(now.require_pkce),
            trusted: self.trusted,
            resource_server: self.resource_server,
            protocol: self.protocol.map_or(now.protocol, ProtocolDraft::from),
        }
    }
}
