//! `/v1/invitations`: what somebody does with an invitation they were sent. Whose it is, is in the link; it goes in the
//! body, since addresses are logged.

use axum::Json;
use axum::http::StatusCode;
use postern_flows::organizations::{self, Joining};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::organizations::OrganizationShown;
use crate::answer::sentence;
use crate::api::{Access, Call, JsonBody, Operation, Problem, words};
use crate::rights::Routes;

const READ: Access = Access::user("organizations:read");
const WRITE: Access = Access::user("organizations:write");

pub(crate) fn routes() -> Routes {
    let look = Operation::post("/v1/invitations/look", "lookAtInvitation", READ)
        .summary("What an invitation is to, and whether you can accept it")
        .takes::<Link>()
        .answers::<InvitationToMe>();
    let accept = Operation::post("/v1/invitations/accept", "acceptInvitation", WRITE)
        .summary("Become a member; the invitation is used up")
        .takes::<Link>()
        .answers::<OrganizationShown>();
    let decline = Operation::post("/v1/invitations/decline", "declineInvitation", WRITE)
        .summary("Turn an invitation down; it is used up")
        .takes::<Link>()
        .answers_nothing();
    Routes::new().api(look, looked).api(accept, accepted).api(decline, declined)
}

/// Which invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// What stands behind `invitation=` in the link of the mail.
    invitation: String,
}

/// An invitation, for whoever was sent its link.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationToMe {
    organization_id: Uuid,
    /// What the organization is called.
    organization: String,
    /// How many members it has.
    members: u64,
    /// Who invites, if they are still there.
    invited_by: Option<String>,
    /// The address it is for.
    email: String,
    /// What you would become.
    #[schema(schema_with = words::role)]
    role: &'static str,
    /// Unix seconds.
    expires_at: i64,
    /// Why you cannot accept it, and what to do about it; `null` if you can.
    refusal: Option<String>,
}

async fn looked(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<Link>,
) -> Result<Json<InvitationToMe>, Problem> {
    let user = caller.user()?;
    let joining = organizations::look(&app, user, &body.invitation).await?;
    let refusal = joining.refusal(user).map(|why| sentence(&why));
    let Joining { invitation, organization, members, inviter, .. } = joining;
    Ok(Json(InvitationToMe {
        organization_id: organization.id.0,
        organization: organization.name.to_string(),
        members,
        invited_by: inviter.map(|person| person.name.to_string()),
        email: invitation.email.to_string(),
        role: invitation.role.as_str(),
        expires_at: invitation.expires_at.0,
        refusal,
    }))
}

async fn accepted(
    Call { app, caller }: Call,
    JsonBody(body): JsonBody<Link>,
) -> Result<Json<OrganizationShown>, Problem> {
    let organization = organizations::accept(&app, &caller.actor, &body.invitation).await?;
    let role = app.role(organization.id, caller.user()?.id).await?;
    Ok(Json(OrganizationShown::new(&organization, role)))
}

async fn declined(Call { app, caller }: Call, JsonBody(body): JsonBody<Link>) -> Result<StatusCode, Problem> {
    organizations::decline(&app, &caller.actor, &body.invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}
