use axum::Json;
use postern_flows::administration::{self, ProviderInUse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Access, Call, Operation, Problem};
use crate::rights::Routes;

pub(super) fn routes() -> Routes {
    let list = Operation::get("/v1/admin/providers", "listProviders", Access::user("instance:admin"))
        .summary("The sign-in providers of the settings, and whether each answers")
        .answers::<SignInProviders>();
    Routes::new().api(list, listed)
}

/// The sign-in providers of the settings.
#[derive(Debug, Serialize, ToSchema)]
struct SignInProviders {
    providers: Vec<SignInProviderShown>,
}

/// A sign-in provider.
#[derive(Debug, Serialize, ToSchema)]
struct SignInProviderShown {
    /// What it is called in the settings.
    name: String,
    label: String,
    issuer: String,
    /// The redirect URI that has to be registered there.
    redirect_uri: String,
    enabled: bool,
    /// Whether somebody who has no account gets one.
    sign_up: bool,
    /// Whether an address counts as verified here that it says is verified.
    trust_email: bool,
    /// Whether it answers; nothing where it is not asked.
    reached: Option<bool>,
    /// How many accounts elsewhere open one here.
    connected: u64,
    /// When somebody last signed in by it, in Unix seconds.
    last_used_at: Option<i64>,
}

impl From<ProviderInUse> for SignInProviderShown {
    fn from(provider: ProviderInUse) -> Self {
        Self {
            name: provider.name.to_string(),
            label: provider.label,
            issuer: provider.issuer,
            redirect_uri: provider.callback_url,
            enabled: provider.is_enabled,
            sign_up: provider.signs_up,
            trust_email: provider.trusts_email,
            reached: provider.is_reached,
            connected: provider.connected,
            last_used_at: provider.last_used_at.map(|at| at.0),
        }
    }
}

async fn listed(Call { app, caller }: Call) -> Result<Json<SignInProviders>, Problem> {
    let found = administration::providers(&app, &caller.actor).await?;
    Ok(Json(SignInProviders { providers: found.into_iter().map(SignInProviderShown::from).collect() }))
}
