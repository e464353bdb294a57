//! `/v1/users/me`: the account of whoever asks.

use std::collections::BTreeMap;

use axum::Json;
use postern_domain::{InstanceRight, StandardClaim, StandardClaims, User};
use postern_flows::FormRefusal;
use postern_flows::profile::{self, NewProfile, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Call, Caller, JsonBody, Operation, Problem};
use crate::rights::Routes;

const ME: &str = "/v1/users/me";

pub(crate) fn routes() -> Routes {
    let get = Operation::get(ME, "getMe", Access::ANY_USER)
        .summary("Your account")
        .note(
            "With `user:read`, all of it; with `profile` the user name and the name, with `email` the address. A personal \
             token without scopes says whose it is: `id` and `username`. An app's says the `id`.",
        )
        .answers::<Identity>();
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
    /// What else the person says of themselves, by the names of OIDC Core section 5.1; the parts of the postal address stand
    /// beside the others. What is said in a further language stands under the name with that language, such as
    /// `family_name#ja-Kana-JP` (section 5.2). What is not said is left out.
    claims: BTreeMap<String, String>,
}

/// Whoever asks, as far as the credential says it. What it does not say is left out.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Identity {
    /// The `sub` of the person's tokens.
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// What the person is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Whether somebody proved that the address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    /// What the person may do in the whole instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    rights: Option<Vec<InstanceRight>>,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    /// Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    /// What else the person says of themselves, by the names of OIDC Core section 5.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<BTreeMap<String, String>>,
}

/// What is to change; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct AccountChange {
    username: Option<String>,
    /// An empty one is that of the user name.
    name: Option<String>,
    /// Only for a page of somebody who has signed in a short while ago, never by a script's or app's token.
    email: Option<String>,
    /// What else to say of oneself, by the names of OIDC Core section 5.1 such as `given_name`, `birthdate` or `locality`,
    /// and names and pages also in further languages, such as `family_name#ja-Kana-JP`; `null` takes back what was said.
    /// What is left out stays as it is.
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    claims: Option<serde_json::Map<String, serde_json::Value>>,
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
            claims: said(&user.claims),
        }
    }
}

/// Everything that somebody says of themselves.
fn said(claims: &StandardClaims) -> BTreeMap<String, String> {
    let plain =
        StandardClaim::ALL.iter().filter_map(|claim| Some((claim.as_str().to_owned(), claims.get(*claim)?)));
    let localized = claims.localized.iter().map(|(name, text)| (name.to_string(), text));
    plain.chain(localized).map(|(name, text)| (name, text.to_owned())).collect()
}

impl Identity {
    /// What a credential says of its person: OIDC's scopes mean here what they mean at userinfo (OIDC Core section 5.4),
    /// and a script's token always says whose it is.
    fn new(caller: &Caller) -> Result<Self, Problem> {
        let account = Account::from(&**caller.user()?);
        let scopes = &caller.permit()?.scopes;
        let is_app = caller.token().is_some_and(|token| token.holder.client().is_some());
        let all = scopes.allow("user:read");
        let profile = all || scopes.allow("profile");
        let email = all || scopes.allow("email");
        Ok(Self {
            id: account.id,
            username: (profile || !is_app).then_some(account.username),
            name: profile.then_some(account.name),
            email: email.then_some(account.email),
            email_verified: email.then_some(account.email_verified),
            rights: all.then_some(account.rights),
            created_at: all.then_some(account.created_at),
            updated_at: all.then_some(account.updated_at),
            claims: all.then_some(account.claims),
        })
    }
}

async fn me(caller: Caller) -> Result<Json<Identity>, Problem> {
    Identity::new(&caller).map(Json)
}

async fn change_me(
    Call { app, caller }: Call,
    JsonBody(change): JsonBody<AccountChange>,
) -> Result<Json<Account>, Problem> {
    let user = caller.user()?;
    let new = NewProfile {
        username: change.username.unwrap_or_else(|| user.username.to_string()),
        email: change.email.unwrap_or_else(|| user.email.to_string()),
        name: change.name.unwrap_or_else(|| user.name.to_string()),
        claims: profile::read_claims(&change.claims.unwrap_or_default()).map_err(FormRefusal::from)?,
    };
    match profile::change(&app, user, caller.session().map(|session| &**session), &new).await? {
        Outcome::Saved => {}
        Outcome::NeedsProof => return Err(Problem::fresh_sign_in()),
    }
    let user = app.user(user.id).await?.ok_or_else(|| Problem::not_found("the account is gone"))?;
    Ok(Json(Account::from(&*user)))
}
