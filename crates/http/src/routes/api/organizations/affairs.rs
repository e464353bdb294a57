//! What concerns an organization as a whole: its figures, what a policy would break, and who it belongs to.

use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Capability, Role, UserId};
use postern_flows::organizations::{self, Effects, Overview, PolicyDraft};
use postern_flows::{FieldErrors, FormRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{READ, WRITE};
use crate::api::{Access, Call, InPath, JsonBody, Operation, Problem, words};
use crate::rights::Routes;

pub(super) fn routes() -> Routes {
    let overview = Operation::get(
        "/v1/organizations/{organization}/overview",
        "getOrganizationOverview",
        Access::user_or_organization(READ),
    )
    .summary("How much an organization has of what")
    .answers::<Figures>();
    let effects = Operation::post(
        "/v1/organizations/{organization}/policy-effects",
        "previewPolicy",
        Access::user_or_organization(WRITE),
    )
    .summary("What a policy would break of what works now; nothing is changed")
    .takes::<PolicyToBe>()
    .answers::<EffectsShown>();
    let transfer = Operation::post(
        "/v1/organizations/{organization}/transfer",
        "transferOrganization",
        Access::user_or_organization("members:write"),
    )
    .summary("Hand an organization over: a member becomes an owner, and you an admin")
    .takes::<Heir>()
    .answers_nothing();
    Routes::new().api(overview, shown).api(effects, previewed).api(transfer, transferred)
}

/// An organization in figures; `null` is for owners and admins to see.
#[derive(Debug, Serialize, ToSchema)]
struct Figures {
    members: u64,
    owners: u64,
    /// Invitations that wait for an answer.
    invitations: Option<u64>,
    /// Tokens that speak for it now, those of apps and customers included.
    live_tokens: Option<u64>,
    customers: Option<u64>,
    /// Apps that hold access to it.
    apps: Option<u64>,
    /// Apps that wait to be approved.
    apps_waiting: Option<u64>,
    /// Its OAuth clients.
    clients: Option<u64>,
}

/// A policy that nobody has set yet.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct PolicyToBe {
    /// Such as `90d`; left out, it leaves that to the instance.
    #[schema(schema_with = words::span_or_null)]
    max_token_lifetime: Option<String>,
    apps_need_approval: bool,
    members_need_second_factor: bool,
}

/// What a policy would break.
#[derive(Debug, Serialize, ToSchema)]
struct EffectsShown {
    /// The organization's tokens that would end sooner than they do now.
    tokens: Vec<Named>,
    /// When they would end, in Unix seconds.
    tokens_end_at: Option<i64>,
    /// The apps, by `client_id`, that would lose their access at once.
    apps: Vec<NamedApp>,
    /// Up to 100 of the members who could do nothing any more until they set up a second factor.
    members: Vec<NamedMember>,
    /// How many of them there are.
    members_without_second_factor: u64,
}

/// A token by its name.
#[derive(Debug, Serialize, ToSchema)]
struct Named {
    id: Uuid,
    name: String,
}

/// A member by their name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedMember {
    user_id: Uuid,
    name: String,
}

/// An app by its name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedApp {
    client_id: String,
    name: String,
}

/// Who an organization goes to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Heir {
    /// A member's.
    #[schema(format = Uuid)]
    user_id: String,
}

impl Figures {
    fn new(found: Overview, role: Role) -> Self {
        let seen = |figure| role.may(Capability::ManageMembers).then_some(figure);
        Self {
            members: found.members,
            owners: found.owners,
            invitations: seen(found.invitations),
            live_tokens: seen(found.live_tokens),
            customers: seen(found.customers),
            apps: seen(found.apps),
            apps_waiting: seen(found.apps_waiting),
            clients: seen(found.clients),
        }
    }
}

impl From<Effects> for EffectsShown {
    fn from(effects: Effects) -> Self {
        let name = |token: &postern_flows::api_tokens::Token| Named {
            id: token.id.0,
            name: token.api().map(|api| api.name.to_string()).unwrap_or_default(),
        };
        Self {
            tokens: effects.tokens.iter().map(name).collect(),
            tokens_end_at: effects.end.filter(|_| !effects.tokens.is_empty()).map(|at| at.0),
            apps: effects
                .apps
                .iter()
                .map(|client| NamedApp {
                    client_id: client.identifier.to_string(),
                    name: client.metadata.name.to_string(),
                })
                .collect(),
            members: effects
                .members
                .iter()
                .map(|user| NamedMember { user_id: user.id.0, name: user.name.to_string() })
                .collect(),
            members_without_second_factor: effects.members_of_all.0,
        }
    }
}

async fn shown(Call { app, caller }: Call, InPath(name): InPath<String>) -> Result<Json<Figures>, Problem> {
    let (organization, role) = organizations::find(&app, &caller.actor, &name).await?;
    let found = organizations::overview(&app, &caller.actor, &organization, role).await?;
    Ok(Json(Figures::new(found, role)))
}

async fn previewed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(body): JsonBody<PolicyToBe>,
) -> Result<Json<EffectsShown>, Problem> {
    let (organization, _) = organizations::find(&app, &caller.actor, &name).await?;
    let draft = PolicyDraft {
        max_token_lifetime: body.max_token_lifetime.unwrap_or_default(),
        apps_need_approval: body.apps_need_approval,
        members_need_second_factor: body.members_need_second_factor,
    };
    let effects = organizations::effects(&app, &caller.actor, &organization, &draft).await?;
    Ok(Json(effects.into()))
}

async fn transferred(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(body): JsonBody<Heir>,
) -> Result<StatusCode, Problem> {
    caller.needs_proof(&app)?;
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    let mut errors = FieldErrors::none();
    let to = body.user_id.parse::<UserId>().map_err(|_| "Write the id of a member.".to_owned());
    let Some(to) = errors.take("user_id", to) else { return Err(FormRefusal::from(errors).into()) };
    organizations::transfer(&app, &caller.actor, organization.id, to).await?;
    Ok(StatusCode::NO_CONTENT)
}
