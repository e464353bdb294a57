use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Role, UserId};
use postern_flows::organizations::{self, Member};
use postern_flows::{FieldErrors, FormRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::gone;
use crate::api::{Access, Call, Filters, InPath, InPath2, JsonBody, Listing, Operation, Problem, words};
use crate::rights::Routes;

const ALL: &str = "/v1/organizations/{organization}/members";
const ONE: &str = "/v1/organizations/{organization}/members/{id}";
const WRITE: Access = Access::user_or_organization("members:write");

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listMembers", Access::user_or_organization("members:read"))
        .summary("Who belongs to an organization")
        .lists::<MemberShown>()
        .key("user_id");
    let change = Operation::patch(ONE, "changeMember", WRITE)
        .summary("Make a member something else")
        .takes::<MemberChange>()
        .answers_nothing();
    let remove = Operation::delete(ONE, "removeMember", WRITE).summary("Take a member out, or leave");
    Routes::new().api(list, listed).api(change, changed).api(remove, removed)
}

/// A member of an organization.
#[derive(Debug, Serialize, ToSchema)]
struct MemberShown {
    user_id: Uuid,
    username: String,
    name: String,
    email: String,
    #[schema(schema_with = words::role)]
    role: &'static str,
    /// Since when, in Unix seconds.
    since: i64,
}

/// What a member becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    #[schema(schema_with = words::role)]
    role: String,
}

impl From<Member> for MemberShown {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user.id.0,
            username: member.user.username.to_string(),
            name: member.user.name.to_string(),
            email: member.user.email.to_string(),
            role: member.membership.role.as_str(),
            since: member.membership.created_at.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    filters: Filters,
) -> Result<Json<Listing<MemberShown>>, Problem> {
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    let found = organizations::members(&app, &caller.actor, organization.id, &filters.paging()?).await?;
    Ok(Json(found.map(MemberShown::from).into()))
}

async fn changed(
    Call { app, caller }: Call,
    InPath2(name, user): InPath2<String, UserId>,
    JsonBody(change): JsonBody<MemberChange>,
) -> Result<StatusCode, Problem> {
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    let mut errors = FieldErrors::none();
    let Some(role) = errors.take("role", change.role.parse::<Role>()) else {
        return Err(FormRefusal::from(errors).into());
    };
    if role != Role::Member {
        caller.needs_proof(&app)?;
    }
    organizations::set_role(&app, &caller.actor, organization.id, user, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn removed(
    Call { app, caller }: Call,
    InPath2(name, user): InPath2<String, UserId>,
) -> Result<StatusCode, Problem> {
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    gone(organizations::remove(&app, &caller.actor, organization.id, user).await)
}
