use postern_domain::audit::Action;
use postern_domain::{
    Client, ClientIdentifier, ClientMetadata, ClientOwner, ClientSecret, Plain, Refusal, Timestamp, TokenKind,
};
use postern_storage::{StorageError, clients};

use super::check::Rules;
use super::{ClientDraft, Manager, acts, check_sector};
use crate::audit::{self, Entry};
use crate::{App, FieldErrors, FormRefusal, client_jwt};

/// A client to be.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// What was typed of it.
    pub draft: ClientDraft,
    /// Whose it becomes.
    pub owner: ClientOwner,
    /// The `client_id` it had on another server; else it gets a new one.
    pub identifier: Option<String>,
    /// The secret it had on another server; else a confidential client gets a new one.
    pub secret: Option<Plain>,
}

/// A client that was just registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The client.
    pub client: Client,
    /// Its secret, to be shown this once; none of a public client.
    pub secret: Option<Plain>,
}

/// Registers a client.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `conflict` if its owner has as many as one may have;
/// `forbidden` if they may not make clients for that owner.
pub async fn create(app: &App, manager: Manager<'_>, new: NewClient) -> Result<Registered, FormRefusal> {
    if !manager.may_manage(app, new.owner).await? {
        let told = "this takes an owner or admin of the organization that the client is to belong to";
        return Err(Refusal::forbidden(told).into());
    }
    let rules =
        Rules { catalogue: &app.catalogue, lifetimes: &app.config.lifetimes, manager, existing: None };
    let metadata = rules.check(&new.draft)?;
    check_sector(app, &metadata, None).await?;
    let identifier = identifier(app, new.identifier)?;
    let now = app.clock.now();
    let secret = match (metadata.uses_secret(), new.secret) {
        (false, None) => None,
        (false, Some(_)) => {
            let told = "A client that is public, or proves itself by keys of its own, has no secret.";
            return Err(FieldErrors::one("client_secret", told).into());
        }
        (true, Some(brought)) => Some(brought_along(brought)?),
        (true, None) => Some(new_secret(app)),
    };
    let mut client = Client::new(app.new_id(), identifier, new.owner, metadata, now);
    let kept = |secret| kept(app, secret, &client.metadata, now);
    client.secrets = secret.iter().map(kept).collect::<Result<_, _>>()?;
    let act = acts::entry(app, manager, Action::CLIENT_MADE, &client).after(acts::facts(&client.metadata));
    insert(app, client.clone(), act).await?;
    tracing::info!(client_id = %client.identifier, "a client was registered");
    Ok(Registered { client, secret })
}

async fn insert(app: &App, client: Client, act: Entry) -> Result<(), FormRefusal> {
    let most = app.config.limits.clients_per_owner;
    let inserted: Result<bool, StorageError> = app
        .db
        .write((client, act), move |tx, (client, act)| {
            Box::pin(async move {
                // What belongs to the instance is made by its operators, who set the bound.
                let count = match client.owner {
                    ClientOwner::User(owner) => clients::count_of_user(tx, owner).await?,
                    ClientOwner::Organization(owner) => clients::count_of_organization(tx, owner).await?,
                    ClientOwner::Instance | ClientOwner::Nobody => 0,
                };
                if client.owner != ClientOwner::Instance && count >= u64::from(most) {
                    return Ok(false);
                }
                clients::insert(tx, client).await?;
                for secret in &client.secrets {
                    clients::insert_secret(tx, client.id, secret).await?;
                }
                audit::act(tx, act).await?;
                Ok(true)
            })
        })
        .await;
    match inserted {
        Ok(true) => Ok(()),
        Ok(false) => Err(too_many(most).into()),
        Err(StorageError::Taken(_)) => {
            Err(FieldErrors::one("client_id", "Another client has this id.").into())
        }
        Err(other) => Err(other.into()),
    }
}

fn too_many(most: u32) -> Refusal {
    Refusal::conflict(format!(
        "one account or organization can have {most} clients here and this one has them; delete one that is no longer in use, or ask the \
         administrator of this server to raise limits.clients_per_owner"
    ))
}

fn identifier(app: &App, brought: Option<String>) -> Result<ClientIdentifier, FieldErrors> {
    let text = brought.unwrap_or_else(|| app.new_token(TokenKind::ClientId).reveal().to_owned());
    ClientIdentifier::parse(&text).ok_or_else(|| {
        FieldErrors::one("client_id", "An id is 1 to 200 printable ASCII characters without space and colon.")
    })
}

fn brought_along(secret: Plain) -> Result<Plain, FieldErrors> {
    let text = secret.reveal();
    // RFC 6749 appendix A.2; fewer than eight characters could be guessed whatever the budget.
    if (8..=500).contains(&text.len()) && text.bytes().all(|b| (0x20..=0x7e).contains(&b)) {
        return Ok(secret);
    }
    Err(FieldErrors::one("client_secret", "A secret is 8 to 500 printable ASCII characters."))
}

pub(crate) fn new_secret(app: &App) -> Plain {
    Plain::new(app.new_token(TokenKind::ClientSecret).reveal().to_owned())
}

/// What is kept of a secret.
pub(crate) fn kept(
    app: &App,
    secret: &Plain,
    of: &ClientMetadata,
    now: Timestamp,
) -> Result<ClientSecret, Refusal> {
    let text = secret.reveal();
    let id = app.new_id();
    let sealed = of
        .makes_codes_with_its_secret()
        .then(|| app.secret_key.seal(&client_jwt::place(id), text.as_bytes()).map_err(Refusal::because));
    // Of a short one, four characters would give too much away.
    let shown = if text.len() >= 20 { 4 } else { 2 };
    Ok(ClientSecret {
        id,
        hash: app.secret_key.hash_text(text),
        sealed: sealed.transpose()?,
        hint: text.get(text.len().saturating_sub(shown)..).unwrap_or_default().to_owned(),
        created_at: now,
        expires_at: None,
        last_used_at: None,
    })
}
