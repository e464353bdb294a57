//! `/v1/users/me`: the account of whoever asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use postern_domain::{InstanceRight, User};
use postern_flows::App;
use postern_flows::profile::{self, NewProfile, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Caller, JsonBody, Operation, Problem};
use crate::rights::Routes;

const ME: &str = "/v1/users/me";

pub(crate) fn routes() -> Routes {
    let get =
        Operation::get(ME, "getMe", Access::user("user:read")).summary("Your account").answers::<Account>();
    let change = Operation::patch(ME, "changeMe", Access::user("user:write"))
        .summary("Change your account")
        .takes::<AccountChange>()
        .answers::<Account>();
    Routes::new().api(get, me).api(change, change_me)
}

/// A person's account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Account {
    /// The `sub` of the person's tokens.
    id: Uuid,
    username: String,
    /// What the person is called.
    name: String,
    email: String,
    /// Whether somebody proved that the address is theirs.
    email_verified: bool,
    /// What the person may do in the whole instance.
    #[schema(value_type = Vec<String>)]
    rights: Vec<InstanceRight>,
    /// Unix seconds.
    created_at: i64,
    /// Unix seconds.
    updated_at: i64,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct AccountChange {
    username: Option<String>,
    /// An empty one is that of the user name.
    name: Option<String>,
    /// Only for somebody who has signed in a short while ago, never by a token.
    email: Option<String>,
}

impl From<&User> for Account {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.0,
            username: user.username.to_string(),
            name: user.name.to_string(),
            email: user.email.to_string(),
            email_verified: user.email_verified,
            rights: user.rights.iter().copied().collect(),
            created_at: user.created_at.0,
            updated_at: user.updated_at.0,
        }
    }
}

async fn me(caller: Caller) -> Result<Json<Account>, Problem> {
    Ok(Json(Account::from(&**caller.user()?)))
}

async fn change_me(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(change): JsonBody<AccountChange>,
) -> Result<Json<Account>, Problem> {
    let user = caller.user()?;
    let new = NewProfile {
        username: change.username.unwrap_or_else(|| user.username.to_string()),
        email: change.email.unwrap_or_else(|| user.email.to_string()),
        name: change.name.unwrap_or_else(|| user.name.to_string()),
    };
    match profile::change(&app, user, caller.session().map(|session| &**session), &new).await? {
        Outcome::Saved => {}
        Outcome::NeedsProof => return Err(Problem::fresh_sign_in()),
    }
    let user = app.user(user.id).await?.ok_or_else(|| Problem::not_found("the account is gone"))?;
    Ok(Json(Account::from(&*user)))
}
