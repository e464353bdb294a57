use postern_domain::{ClientType, GrantId, Refusal, Timestamp};
use postern_storage::grants;

use super::{GRANTS, Grant, Request};
use crate::client_auth::{self, Authenticated, Sender};
use crate::clients::record_refusal;
use crate::issue::TokenAnswer;
use crate::{App, last_use};

/// Answers a token request (RFC 6749 section 4.1.3 and 6).
///
/// # Errors
/// Those of RFC 6749 section 5.2, `too_many_requests`, `temporarily_unavailable` and `server_error`.
pub async fn token(app: &App, sender: Sender<'_>) -> Result<TokenAnswer, Refusal> {
    let Authenticated { client, secret, .. } = client_auth::prove(app, sender).await?;
    let now = app.clock.now();
    let outcome = exchange(app, Request { client: &client, params: sender.params, now }).await;
    match &outcome {
        Ok(answer) => {
            last_use::note_client(app, &client, secret, now);
            last_use::note_granted(app, &client, &answer.granted, now);
        }
        Err(refusal) => record_refusal(app, client.id, sender.endpoint, refusal).await,
    }
    outcome
}

async fn exchange(app: &App, request: Request<'_>) -> Result<TokenAnswer, Refusal> {
    let Some(name) = request.params.get("grant_type") else {
        return Err(Refusal::invalid_request("grant_type is missing"));
    };
    let offered = |grant: &&&dyn Grant| grant.name().as_str() == name && grant.enabled(&app.config);
    let Some(grant) = GRANTS.iter().find(offered) else {
        return Err(Refusal::unsupported_grant_type("this server does not offer that grant_type"));
    };
    let metadata = &request.client.metadata;
    if !metadata.allows_grant(grant.name()) {
        return Err(Refusal::unauthorized_client(format!(
            "the client is not registered for {}",
            grant.name()
        )));
    }
    if metadata.client_type == ClientType::Public && !grant.public_clients() {
        return Err(Refusal::unauthorized_client(format!("{} is for confidential clients", grant.name())));
    }
    // The client has proved who it is: what is no longer good is what it was granted (RFC 6749 section 5.2).
    if request.client.disabled {
        return Err(Refusal::invalid_grant(client_auth::CLOSED));
    }
    let answer = grant.exchange(app, request).await?;
    app.meters.issued(grant.name());
    Ok(answer)
}

/// Ends a grant and every token that came from it.
pub(crate) async fn revoke_family(app: &App, grant: GrantId, now: Timestamp) -> Result<(), Refusal> {
    app.db
        .write(grant, move |tx, grant| {
            Box::pin(async move {
                grants::revoke(tx, *grant, now).await?;
                Ok(())
            })
        })
        .await
}
