use axum::Json;
use axum::http::StatusCode;
use postern_domain::{User, UserId, UserState};
use postern_flows::{account_deletion, administration};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::users::Account;
use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem};
use crate::rights::Routes;

const ALL: &str = "/v1/admin/users";
const ONE: &str = "/v1/admin/users/{id}";
const MANAGE: Access = Access::user("users:manage");

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listUsers", MANAGE)
        .summary("Every account")
        .lists::<ManagedAccount>()
        .filter("query", "A user name or e-mail address.");
    let get = Operation::get(ONE, "getUser", MANAGE).summary("An account").answers::<ManagedAccount>();
    let change = Operation::patch(ONE, "changeUser", MANAGE)
        .summary("Open or close an account")
        .takes::<StateChange>()
        .answers::<ManagedAccount>();
    let delete = Operation::delete(ONE, "deleteUser", Access::user("instance:admin"))
        .summary("Delete an account at once")
        .note("Its clients and tokens go with it, and the organizations nobody else belongs to.");
    Routes::new().api(list, listed).api(get, one).api(change, changed).api(delete, deleted)
}

/// An account, as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
struct ManagedAccount {
    #[serde(flatten)]
    account: Account,
    state: AccountState,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AccountState {
    Active,
    Disabled,
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StateChange {
    state: AccountState,
}

impl From<&User> for ManagedAccount {
    fn from(user: &User) -> Self {
        let state = match user.state {
            UserState::Active => AccountState::Active,
            UserState::Disabled => AccountState::Disabled,
        };
        Self { account: Account::from(user), state }
    }
}

async fn listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<ManagedAccount>>, Problem> {
    let paging = filters.paging()?;
    let found = administration::accounts(&app, &caller.actor, filters.get("query"), &paging).await?;
    Ok(Json(found.map(|user| ManagedAccount::from(&user)).into()))
}

async fn one(
    Call { app, caller }: Call,
    InPath(id): InPath<UserId>,
) -> Result<Json<ManagedAccount>, Problem> {
    let user = administration::account(&app, &caller.actor, id).await?;
    Ok(Json(ManagedAccount::from(&user)))
}

async fn changed(
    Call { app, caller }: Call,
    InPath(id): InPath<UserId>,
    JsonBody(change): JsonBody<StateChange>,
) -> Result<Json<ManagedAccount>, Problem> {
    caller.needs_proof(&app)?;
    let state = match change.state {
        AccountState::Active => UserState::Active,
        AccountState::Disabled => UserState::Disabled,
    };
    let user = administration::set_account_state(&app, &caller.actor, id, state).await?;
    Ok(Json(ManagedAccount::from(&user)))
}

async fn deleted(Call { app, caller }: Call, InPath(id): InPath<UserId>) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let user = administration::account(&app, &caller.actor, id).await?;
    account_deletion::delete(&app, &caller.actor, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
