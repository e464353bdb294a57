//! `/v1/oauth-clients`: what somebody has registered.

mod look;
mod protocol;
mod shape;

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Capability, Client, ClientId, ClientOwner, Lifetime, SecretId};
use postern_flows::clients::{self, ClientDraft, ClientUsage, Edited, Manager, NewClient, SECRET_OVERLAP};
use postern_flows::{App, FieldErrors, FormRefusal, organizations};

use super::gone;
use crate::api::{
    Access, Call, Caller, Filters, InPath, InPath2, JsonBody, Listing, Operation, OptionalBody, Problem,
};
use crate::rights::Routes;
pub(super) use shape::OAuthClient;
use shape::{ClientChange, ClientToBe, NewSecret, Overlap, RegisteredClient};

const ALL: &str = "/v1/oauth-clients";
const ONE: &str = "/v1/oauth-clients/{client_id}";
const READ: Access = Access::user_or_organization("clients:read");
const WRITE: Access = Access::user_or_organization("clients:write");

pub(crate) fn routes() -> Routes {
    let list = Operation::get(ALL, "listClients", READ)
        .summary("Your OAuth clients")
        .lists::<OAuthClient>()
        .filter_id("organization_id", "Those of an organization; its own token need not say.");
    let register = Operation::post(ALL, "registerClient", WRITE)
        .summary("Register an OAuth client")
        .takes::<ClientToBe>()
        .creates::<RegisteredClient>();
    let get = Operation::get(ONE, "getClient", READ).summary("An OAuth client").answers::<OAuthClient>();
    let change = Operation::patch(ONE, "changeClient", WRITE)
        .summary("Change what is registered")
        .takes::<ClientChange>()
        .answers::<OAuthClient>();
    let delete = Operation::delete(ONE, "deleteClient", WRITE)
        .summary("Delete a client: its tokens stop working at once");
    let rotate = Operation::post("/v1/oauth-clients/{client_id}/secrets", "rotateClientSecret", WRITE)
        .summary("Give a client a new secret")
        .may_take::<Overlap>()
        .creates::<NewSecret>();
    let revoke = Operation::delete("/v1/oauth-clients/{client_id}/secrets/{id}", "revokeClientSecret", WRITE)
        .summary("End a secret at once");
    Routes::new()
        .api(list, listed)
        .api(register, registered)
        .api(get, one)
        .api(change, changed)
        .api(delete, deleted)
        .api(rotate, rotated)
        .api(revoke, revoked)
        .merge(look::routes())
}

async fn listed(Call { app, caller }: Call, filters: Filters) -> Result<Json<Listing<OAuthClient>>, Problem> {
    let paging = filters.paging()?;
    let named = filters.get("organization_id");
    let owner = owner(&app, &caller, named, "clients:read").await?;
    let list = format!("clients {owner:?}");
    let after = paging.after(&app, &list)?.and_then(|id| id.parse::<ClientId>().ok());
    let most = paging.with_one_more();
    let found = match owner {
        ClientOwner::Organization(id) => organizations::clients(&app, &caller.actor, id, after, most).await?,
        _ => clients::list(&app, Manager::Actor(&caller.actor), after, most).await?,
    };
    let slice = paging.slice(&app, &list, found, |(client, _)| client.id.to_string());
    Ok(Json(slice.map(|(client, usage)| OAuthClient::new(&app, &client, usage)).into()))
}

async fn registered(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<ClientToBe>,
) -> Result<(StatusCode, Json<RegisteredClient>), Problem> {
    caller.needs_proof(&app)?;
    let owner = owner(&app, &caller, body.organization_id.as_deref(), "clients:write").await?;
    let new = NewClient { draft: body.into(), owner, identifier: None, secret: None };
    let made = clients::create(&app, Manager::Actor(&caller.actor), new).await?;
    let client = OAuthClient::new(&app, &made.client, ClientUsage::default());
    let client_secret = made.secret.map(|secret| secret.reveal().to_owned());
    Ok((StatusCode::CREATED, Json(RegisteredClient { client, client_secret })))
}

async fn one(Call { app, caller }: Call, InPath(name): InPath<String>) -> Result<Json<OAuthClient>, Problem> {
    let client = clients::find(&app, Manager::Actor(&caller.actor), &name).await?;
    show(&app, &client).await
}

async fn changed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(change): JsonBody<ClientChange>,
) -> Result<Json<OAuthClient>, Problem> {
    let client = clients::find(&app, Manager::Actor(&caller.actor), &name).await?;
    let draft = change.applied_to(ClientDraft::of(&client.metadata));
    let is_proven = caller.is_proven(&app);
    match clients::edit(&app, Manager::Actor(&caller.actor), &name, &draft, is_proven).await? {
        Edited::Saved(client) => show(&app, &client).await,
        Edited::NeedsProof => Err(Problem::fresh_sign_in()),
    }
}

async fn deleted(Call { app, caller }: Call, InPath(name): InPath<String>) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    gone(clients::delete(&app, Manager::Actor(&caller.actor), &name).await)
}

async fn rotated(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    OptionalBody(body): OptionalBody<Overlap>,
) -> Result<(StatusCode, Json<NewSecret>), Problem> {
    caller.needs_proof(&app)?;
    let overlap = match body.overlap {
        None => SECRET_OVERLAP,
        Some(text) => text.parse::<Lifetime>().map_err(|error| {
            let mut errors = FieldErrors::none();
            let _noted = errors.take("overlap", Err::<(), _>(error));
            FormRefusal::from(errors)
        })?,
    };
    let rotated = clients::rotate_secret(&app, Manager::Actor(&caller.actor), &name, overlap).await?;
    let secret = NewSecret {
        client_secret: rotated.secret.reveal().to_owned(),
        previous_expires_at: rotated.old_ends_at.map(|at| at.0),
    };
    Ok((StatusCode::CREATED, Json(secret)))
}

async fn revoked(
    Call { app, caller }: Call,
    InPath2(name, secret): InPath2<String, SecretId>,
) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    gone(clients::revoke_secret(&app, Manager::Actor(&caller.actor), &name, secret).await)
}

/// Whose clients are meant: those of an organization that is named or that calls itself, else the person's own.
async fn owner(app: &App, caller: &Caller, named: Option<&str>, scope: &str) -> Result<ClientOwner, Problem> {
    if named.is_none()
        && let Ok(user) = caller.user()
    {
        return Ok(ClientOwner::User(user.id));
    }
    let organization = caller.organization(named)?;
    caller.actor.may(app, organization, Capability::ManageClients, scope).await?;
    Ok(ClientOwner::Organization(organization))
}

async fn show(app: &App, client: &Client) -> Result<Json<OAuthClient>, Problem> {
    let insight = clients::insight(app, client).await?;
    Ok(Json(OAuthClient::new(app, client, insight.usage)))
}
