use std::collections::BTreeSet;

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{InstanceRight, Plain, User, UserId, UserState};
use postern_flows::administration::{self, AccountChange, AccountSearch, Only};
use postern_flows::users::{NewUser, Standing};
use postern_flows::{account_deletion, impersonation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::users::Account;
use crate::api::{Access, Call, Filters, InPath, JsonBody, Listing, Operation, Problem};
use crate::rights::Routes;

const ALL: &str = "/v1/admin/users";
const ONE: &str = "/v1/admin/users/{id}";
const SESSIONS: &str = "/v1/admin/users/{id}/sessions";
const IMPERSONATIONS: &str = "/v1/admin/users/{id}/impersonations";
const RESET: &str = "/v1/admin/users/{id}/reset-factors";
const MANAGE: Access = Access::user("users:manage");

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listUsers", MANAGE)
        .summary("Every account")
        .lists::<ManagedAccount>()
        .filter("query", "How the user name or the e-mail address begins, or an id.")
        .filter_one_of(
            "only",
            "Only those that are closed, or that have a right in the instance.",
            &["disabled", "with_rights"],
        );
    let create = Operation::post(ALL, "createUser", MANAGE)
        .summary("Make an account")
        .note(
            "With a password, or with `invite`: the owner gets a link to choose one, once and for seven days. Rights take \
             `instance:admin`.",
        )
        .takes::<AccountToBe>()
        .creates::<ManagedAccount>();
    let get = Operation::get(ONE, "getUser", MANAGE).summary("An account").answers::<ManagedAccount>();
    let change = Operation::patch(ONE, "changeUser", MANAGE)
        .summary("Open or close an account, or set its rights")
        .note("Rights take `instance:admin`, and so does an account that has it. The instance keeps an administrator.")
        .takes::<ManagedAccountChange>()
        .answers::<ManagedAccount>();
    let delete = Operation::delete(ONE, "deleteUser", Access::user("instance:admin"))
        .summary("Delete an account at once")
        .note("Its clients and tokens go with it, and the organizations nobody else belongs to.");
    let sign_out = Operation::delete(SESSIONS, "signOutUser", MANAGE)
        .summary("Sign an account out everywhere")
        .note("Its tokens and connected apps keep their access.");
    let end = Operation::delete(IMPERSONATIONS, "endImpersonations", Access::user("instance:admin"))
        .summary("End every session in which an administrator acts as this person")
        .note("Such a session begins in the console only: it is a browser's.");
    let reset = Operation::post(RESET, "resetFactors", MANAGE)
        .summary("Remove the second step of an account and sign it out everywhere")
        .answers_nothing();
    Routes::new()
        .api(list, listed)
        .api(create, created)
        .api(get, one)
        .api(change, changed)
        .api(delete, deleted)
        .api(sign_out, signed_out)
        .api(end, impersonations_ended)
        .api(reset, reset_factors)
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

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ManagedAccountChange {
    state: Option<AccountState>,
    /// What the person may do in the whole instance: these and no others of `users:manage`, `users:impersonate` and
    /// `instance:admin`.
    #[schema(value_type = Option<Vec<String>>)]
    rights: Option<BTreeSet<InstanceRight>>,
}

/// An account that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountToBe {
    username: String,
    email: String,
    /// What the person is called; the user name where it is left out.
    #[serde(default)]
    name: String,
    /// What the person signs in with. Either this or `invite`.
    #[serde(default)]
    password: Option<String>,
    /// Whether a link to choose a password is sent to the address.
    #[serde(default)]
    invite: bool,
    /// Whether the address counts as verified.
    #[serde(default)]
    email_verified: bool,
    /// What the person may do in the whole instance.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    rights: BTreeSet<InstanceRight>,
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
    let only = match filters.get("only") {
        Some("disabled") => Some(Only::Disabled),
        Some(_) => Some(Only::WithRights),
        None => None,
    };
    let search = AccountSearch { begin: filters.get("query").map(str::to_owned), only };
    let found = administration::accounts(&app, &caller.actor, &search, &paging).await?;
    Ok(Json(found.map(|user| ManagedAccount::from(&user)).into()))
}

async fn created(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<AccountToBe>,
) -> Result<(StatusCode, Json<ManagedAccount>), Problem> {
    caller.needs_proof(&app)?;
    if body.invite && body.password.is_some() {
        return Err(Problem::malformed("send a password or invite, not both"));
    }
    let new = NewUser {
        username: body.username,
        email: body.email,
        name: body.name,
        password: body.password.map(Plain::new),
    };
    let standing =
        Standing { email_verified: body.email_verified, rights: body.rights, ..Standing::default() };
    let user = administration::make_account(&app, &caller.actor, &new, standing, body.invite).await?;
    Ok((StatusCode::CREATED, Json(ManagedAccount::from(&user))))
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
    JsonBody(change): JsonBody<ManagedAccountChange>,
) -> Result<Json<ManagedAccount>, Problem> {
    caller.needs_proof(&app)?;
    let state = change.state.map(|state| match state {
        AccountState::Active => UserState::Active,
        AccountState::Disabled => UserState::Disabled,
    });
    let change = AccountChange { state, rights: change.rights };
    let user = administration::change_account(&app, &caller.actor, id, &change).await?;
    Ok(Json(ManagedAccount::from(&user)))
}

async fn deleted(Call { app, caller }: Call, InPath(id): InPath<UserId>) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let user = administration::account(&app, &caller.actor, id).await?;
    account_deletion::delete(&app, &caller.actor, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn signed_out(Call { app, caller }: Call, InPath(id): InPath<UserId>) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    administration::sign_out(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn impersonations_ended(
    Call { app, caller }: Call,
    InPath(id): InPath<UserId>,
) -> Result<StatusCode, Problem> {
    impersonation::end_all(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset_factors(
    Call { app, caller }: Call,
    InPath(id): InPath<UserId>,
) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    administration::reset_factors(&app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
