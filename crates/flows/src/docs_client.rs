//! The app that the API's documentation is: a public client by which people authorize to try calls there.

use std::sync::Arc;

use postern_domain::{Client, ClientIdentifier, ClientOwner, ErrorCode, GrantName, Refusal};

use crate::clients::{self, ClientDraft, Edited, Manager, NewClient};
use crate::{App, FormRefusal};

/// Where an authorization comes back to.
pub const COME_BACK: &str = "/docs/come-back";
const CLIENT_ID: &str = "api-docs";
/// What follows the name of the instance in the app's.
const SUFFIX: &str = " API documentation";
/// Longest name of an app, in characters.
const LONGEST: usize = 100;

/// The client, which is registered, or brought up to date, if need be. People are asked for consent as for any other.
///
/// # Errors
/// `invalid_request` if the instance's address cannot be registered; `temporarily_unavailable` or `server_error` if the
/// database fails.
pub async fn ensure(app: &App) -> Result<Arc<Client>, Refusal> {
    let identifier = ClientIdentifier::parse(CLIENT_ID).ok_or_else(|| refused("its id is none"))?;
    let draft = draft(app);
    match app.client(&identifier).await? {
        Some(client) if client.owner != ClientOwner::Instance => {
            Err(Refusal::conflict(format!("another client is called “{CLIENT_ID}”")))
        }
        Some(client) if is_as(&client, &draft) => Ok(client),
        Some(_) => match clients::edit(app, Manager::Operator, CLIENT_ID, &draft, true).await {
            Ok(Edited::Saved(client)) => Ok(Arc::from(client)),
            Ok(Edited::NeedsProof) => Err(refused("a proof is asked for")),
            Err(refusal) => Err(in_a_word(refusal)),
        },
        None => register(app, &identifier, draft).await,
    }
}

async fn register(
    app: &App,
    identifier: &ClientIdentifier,
    draft: ClientDraft,
) -> Result<Arc<Client>, Refusal> {
    let new = NewClient {
        draft,
        owner: ClientOwner::Instance,
        identifier: Some(identifier.to_string()),
        secret: None,
    };
    match clients::create(app, Manager::Operator, new).await {
        Ok(registered) => Ok(Arc::new(registered.client)),
        // Somebody else was faster.
        Err(FormRefusal::Fields(errors)) if errors.of("client_id").is_some() => {
            app.client(identifier).await?.ok_or_else(|| refused(&errors.to_string()))
        }
        Err(refusal) => Err(in_a_word(refusal)),
    }
}

fn draft(app: &App) -> ClientDraft {
    // The name of an app is no longer than that of an instance may be.
    let service: String = app.brand().name.chars().take(LONGEST - SUFFIX.len()).collect();
    ClientDraft {
        name: format!("{}{SUFFIX}", service.trim_end()),
        client_type: "public".to_owned(),
        redirect_uris: vec![app.config.url(COME_BACK)],
        scopes: app.catalogue.offered().map(|row| row.name.clone()).collect(),
        homepage_url: app.config.url("/docs"),
        grants: vec![GrantName::AuthorizationCode.to_string()],
        ..ClientDraft::default()
    }
}

fn is_as(client: &Client, draft: &ClientDraft) -> bool {
    let now = ClientDraft::of(&client.metadata);
    let same_scopes = draft.scopes.iter().all(|scope| client.metadata.scopes.contains(scope));
    // A name that somebody gave it since stays.
    let same_name = now.name == draft.name || !now.name.ends_with(SUFFIX);
    same_scopes && same_name && now.redirect_uris == draft.redirect_uris
}

fn refused(reason: &str) -> Refusal {
    Refusal::invalid_request(format!("the documentation's client cannot be registered: {reason}"))
}

fn in_a_word(refusal: FormRefusal) -> Refusal {
    match refusal {
        FormRefusal::Fields(errors) => refused(&errors.to_string()),
        FormRefusal::Refused(refusal) if refusal.code == ErrorCode::NotFound => {
            refused("it was deleted just now")
        }
        FormRefusal::Refused(refusal) => refusal,
    }
}
