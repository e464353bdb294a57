use postern_domain::audit::Action;
use postern_domain::{
    Client, ClientIdentifier, ClientMetadata, ClientSecret, Refusal, Timestamp, TokenHash, TokenKind,
    TokenText,
};
use postern_storage::{Tx, clients as rows};
use serde_json::{Map, Value};

use super::answer::answer;
use super::register::metadata;
use super::sent::{Sent, invalid, refusal};
use crate::App;
use crate::audit::{self, Entry};
use crate::client_auth::CLOSED;
use crate::clients::{self, Manager, check_sector};

/// What only this server says of a client, so that no client sends it (RFC 7592 section 2.2).
const SAID_HERE: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// What replaces a registration.
struct Change {
    client: Client,
    metadata: ClientMetadata,
    token: TokenHash,
    secret: Option<ClientSecret>,
    now: Timestamp,
    act: Entry,
}

/// What is registered of a client (RFC 7592 section 2.1), for whoever has its registration access token. Its secret is not
/// in it: only a hash of that is kept.
///
/// # Errors
/// `invalid_token` if the token is not that of this client; `forbidden` if the client is closed.
pub async fn read(app: &App, identifier: &str, token: &str) -> Result<Map<String, Value>, Refusal> {
    let client = client(app, identifier, token).await?;
    Ok(answer(app, &client, token, None))
}

/// Replaces all that a client registered of itself (RFC 7592 section 2.2), its secret and its registration access token;
/// the ones before end at once. What an administrator has restricted stays so, and what they have added is taken away:
/// they trusted what the client was then.
///
/// # Errors
/// `invalid_token` if the token is not that of this client, or was used at the same time; `forbidden` if the client is
/// closed; `invalid_request`, `invalid_redirect_uri` or `invalid_client_metadata` with what to change.
pub async fn replace(
    app: &App,
    identifier: &str,
    token: &str,
    sent: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let client = client(app, identifier, token).await?;
    let (sent, now) = (Sent(sent), app.clock.now());
    check_identity(app, &client, &sent, now)?;
    let metadata = ClientMetadata {
        require_pkce: client.metadata.require_pkce,
        access_token_format: client.metadata.access_token_format,
        access_token_lifetime: client.metadata.access_token_lifetime,
        refresh_token_lifetime: client.metadata.refresh_token_lifetime,
        ..metadata(app, &sent, &client.identifier)?
    };
    let known = Some(&client.metadata);
    check_sector(app, &metadata, known).await.map_err(|errors| refusal(errors.into()))?;
    let secret = metadata.uses_secret().then(|| clients::new_secret(app));
    let new_token = app.new_token(TokenKind::RegistrationAccess);
    let act = clients::entry(app, Manager::Itself, Action::CLIENT_CHANGED, &client)
        .changed(clients::facts(&client.metadata), clients::facts(&metadata));
    let change = Change {
        client: client.clone(),
        metadata: metadata.clone(),
        token: app.secret_key.hash(&new_token),
        secret: secret.as_ref().map(|secret| clients::kept(app, secret, &metadata, now)).transpose()?,
        now,
        act,
    };
    app.db.write(change, |tx, change| Box::pin(write(tx, change))).await?;
    tracing::info!(client_id = %client.identifier, "a client replaced its registration");
    let client = Client { metadata, updated_at: now, ..client };
    Ok(answer(app, &client, new_token.reveal(), secret.as_ref()))
}

/// Deletes a client (RFC 7592 section 2.3). Its tokens stop working at once.
///
/// # Errors
/// `invalid_token` if the token is not that of this client; `forbidden` if the client is closed.
pub async fn unregister(app: &App, identifier: &str, token: &str) -> Result<(), Refusal> {
    let client = client(app, identifier, token).await?;
    clients::delete_found(app, Manager::Itself, &client).await
}

async fn write(tx: &Tx, change: &Change) -> Result<(), Refusal> {
    let Change { client, metadata, token, secret, now, act } = change;
    if !rows::register_again(tx, client, metadata, *token, *now).await? {
        return Err(wrong());
    }
    rows::delete_secrets(tx, client.id).await?;
    if let Some(secret) = secret {
        rows::insert_secret(tx, client.id, secret).await?;
    }
    Ok(audit::act(tx, act).await?)
}

/// The client that manages itself, read afresh.
async fn client(app: &App, identifier: &str, presented: &str) -> Result<Client, Refusal> {
    let text = TokenText::parse(&app.config.tokens.prefix, presented).map_err(|error| {
        Refusal::invalid_token(format!("the registration access token cannot be used: {error}"))
    })?;
    if text.kind() != TokenKind::RegistrationAccess {
        let told = format!(
            "this is a {}; it takes the client's registration access token",
            text.kind().spec().label
        );
        return Err(Refusal::invalid_token(told));
    }
    let found = match ClientIdentifier::parse(identifier) {
        Some(identifier) => rows::find_by_identifier(&app.db, &identifier).await?,
        None => None,
    };
    let hash = app.secret_key.hash(&text);
    let is_its_own = |client: &Client| client.registration_token.is_some_and(|known| known.same_as(&hash));
    let client = found.filter(is_its_own).ok_or_else(wrong)?;
    if client.disabled { Err(Refusal::forbidden(CLOSED)) } else { Ok(client) }
}

fn wrong() -> Refusal {
    Refusal::invalid_token(
        "the registration access token is not that of this client, has been replaced, or the client is gone",
    )
}

/// What a client says of who it is, which it cannot change (RFC 7592 section 2.2).
fn check_identity(app: &App, client: &Client, sent: &Sent<'_>, now: Timestamp) -> Result<(), Refusal> {
    if let Some(name) = SAID_HERE.iter().find(|name| sent.get(name).is_some()) {
        return Err(Refusal::invalid_request(format!(
            "leave {name} out: it is not the client's to say (RFC 7592 section 2.2)"
        )));
    }
    if sent.text("client_id")? != client.identifier.as_str() {
        return Err(invalid(
            "client_id",
            "send the client_id that this address is of (RFC 7592 section 2.2)",
        ));
    }
    let secret = sent.text("client_secret")?;
    if !secret.is_empty() {
        let hash = app.secret_key.hash_text(&secret);
        if !client.live_secrets(now).any(|known| known.hash.same_as(&hash)) {
            return Err(invalid(
                "client_secret",
                "it is not the client's secret, which it cannot choose; leave it out",
            ));
        }
    }
    Ok(())
}
