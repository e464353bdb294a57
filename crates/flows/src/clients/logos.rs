use postern_domain::audit::Action;
use postern_domain::{Client, ClientId, Refusal};
use postern_storage::clients::{self, Logo};
use serde_json::json;

use super::{Manager, acts, find};
use crate::audit::{self, Entry};
use crate::{App, FormRefusal, logo};

/// Gives a client the picture that somebody uploaded as its logo.
///
/// # Errors
/// [`FormRefusal::Fields`] if the picture is none that is taken; `not_found` if the client is not theirs.
pub async fn set_logo(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    upload: Vec<u8>,
) -> Result<Client, FormRefusal> {
    let client = find(app, manager, name).await?;
    let logo = logo::make(app, upload).await?;
    let input = (client.id, logo.clone(), changed(app, manager, &client, Some(&logo.digest)));
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, (id, logo, act): &(ClientId, Logo, Entry)| {
            Box::pin(async move {
                clients::set_logo(tx, *id, logo).await?;
                Ok(audit::act(tx, act).await?)
            })
        })
        .await;
    done?;
    Ok(Client { logo_digest: Some(logo.digest), ..client })
}

/// Takes a client's logo away.
///
/// # Errors
/// `not_found` if the client is not theirs.
pub async fn remove_logo(app: &App, manager: Manager<'_>, name: &str) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    let input = (client.id, changed(app, manager, &client, None));
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, (id, act): &(ClientId, Entry)| {
            Box::pin(async move {
                clients::remove_logo(tx, *id).await?;
                Ok(audit::act(tx, act).await?)
            })
        })
        .await;
    done?;
    Ok(Client { logo_digest: None, ..client })
}

fn changed(app: &App, manager: Manager<'_>, client: &Client, digest: Option<&str>) -> Entry {
    acts::entry(app, manager, Action::CLIENT_LOGO_CHANGED, client)
        .changed(json!({ "logo": client.logo_digest }), json!({ "logo": digest }))
}
