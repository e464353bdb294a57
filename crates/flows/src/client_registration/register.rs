use std::net::IpAddr;

use postern_domain::audit::Action;
use postern_domain::{
    Client, ClientIdentifier, ClientMetadata, ClientOwner, Lifetime, Refusal, TokenHash, TokenKind,
};
use postern_storage::{Tx, clients as rows, initial_access_tokens};
use serde_json::{Map, Value};

use super::answer::answer;
use super::initial;
use super::sent::{Sent, refusal};
use crate::audit::{self, Entry};
use crate::budget::{self, Budget};
use crate::clients::{self, Manager, Rules, check_sector};
use crate::{App, ClientRegistration};

/// The span of the budget of registrations.
const WINDOW: Lifetime = Lifetime::seconds(3_600);

/// What is written.
struct New {
    client: Client,
    /// The initial access token that it is counted against.
    by: Option<TokenHash>,
    act: Entry,
}

/// Registers a client by what it sends of itself (RFC 7591 section 3.1), and answers what it is told. Without an initial
/// access token, how many there are from one address is bounded.
///
/// # Errors
/// `forbidden` where nobody may register; `invalid_token` where it takes an initial access token, or the one that was sent
/// does not work; `invalid_redirect_uri` or `invalid_client_metadata` with what to change; `too_many_requests`.
pub async fn register(
    app: &App,
    token: Option<&str>,
    sent: &Map<String, Value>,
    from: IpAddr,
) -> Result<Map<String, Value>, Refusal> {
    let by = admitted(app, token).await?;
    let limit = app.config.rate_limits.client_registration;
    let budget = match by {
        Some(_) => Vec::new(),
        None => vec![Budget::of_address(app, "client registration", from, limit, WINDOW)],
    };
    let told = "too many clients were registered from your network;";
    budget::check(app, &budget).await.map_err(|no| no.into_refusal(told))?;
    let identifier = identifier(app)?;
    let metadata = metadata(app, &Sent(sent), &identifier)?;
    budget::take(app, budget).await.map_err(|no| no.into_refusal(told))?;
    check_sector(app, &metadata, None).await.map_err(|errors| refusal(errors.into()))?;
    let now = app.clock.now();
    let registration_token = app.new_token(TokenKind::RegistrationAccess);
    let secret = metadata.uses_secret().then(|| clients::new_secret(app));
    let client = Client {
        secrets: secret
            .iter()
            .map(|secret| clients::kept(app, secret, &metadata, now))
            .collect::<Result<_, _>>()?,
        registration_token: Some(app.secret_key.hash(&registration_token)),
        ..Client::new(app.new_id(), identifier, ClientOwner::Nobody, metadata, now)
    };
    let act = clients::entry(app, Manager::Itself, Action::CLIENT_MADE, &client);
    let act = act.after(clients::facts(&client.metadata));
    app.db.write(New { client: client.clone(), by, act }, |tx, new| Box::pin(insert(tx, new))).await?;
    tracing::info!(client_id = %client.identifier, "a client registered itself");
    Ok(answer(app, &client, registration_token.reveal(), secret.as_ref()))
}

/// What a client that sends this is registered with.
pub(super) fn metadata(
    app: &App,
    sent: &Sent<'_>,
    identifier: &ClientIdentifier,
) -> Result<ClientMetadata, Refusal> {
    let draft = sent.draft(identifier, &app.catalogue)?;
    let rules = Rules {
        catalogue: &app.catalogue,
        lifetimes: &app.config.lifetimes,
        manager: Manager::Itself,
        existing: None,
    };
    rules.check(&draft).map_err(|errors| refusal(errors.into()))
}

/// By which initial access token somebody may register, if by one.
async fn admitted(app: &App, token: Option<&str>) -> Result<Option<TokenHash>, Refusal> {
    match (app.config.clients.registration, token) {
        (ClientRegistration::Off, _) => Err(Refusal::forbidden(
            "clients do not register themselves at this server; ask its administrator to register this one, or to set \
             clients.registration",
        )),
        (_, Some(token)) => initial::check(app, token).await.map(Some),
        (ClientRegistration::InitialAccessToken, None) => Err(Refusal::invalid_token(
            "registration takes an initial access token here: ask the administrator of this server for one, and send it in \
             Authorization: Bearer",
        )),
        (ClientRegistration::Open, None) => Ok(None),
    }
}

fn identifier(app: &App) -> Result<ClientIdentifier, Refusal> {
    let text = app.new_token(TokenKind::ClientId);
    ClientIdentifier::parse(text.reveal())
        .ok_or_else(|| Refusal::server_error("tokens.prefix makes client ids that are none"))
}

async fn insert(tx: &Tx, New { client, by, act }: &New) -> Result<(), Refusal> {
    if let Some(by) = by
        && initial_access_tokens::take(tx, *by, client.created_at).await?.is_none()
    {
        return Err(initial::used_up());
    }
    rows::insert(tx, client).await?;
    for secret in &client.secrets {
        rows::insert_secret(tx, client.id, secret).await?;
    }
    Ok(audit::act(tx, act).await?)
}
