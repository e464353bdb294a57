use axum::Json;
use axum::http::StatusCode;
use postern_domain::{Invitation, InvitationId, Role};
use postern_flows::organizations;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::gone;
use crate::api::{Access, Call, Filters, InPath, InPath2, JsonBody, Listing, Operation, Problem, words};
use crate::rights::Routes;

const ALL: &str = "/v1/organizations/{organization}/invitations";
const WRITE: Access = Access::user_or_organization("members:write");

pub(super) fn routes() -> Routes {
    let list = Operation::get(ALL, "listInvitations", Access::user_or_organization("members:read"))
        .summary("Invitations that nobody has accepted")
        .lists::<InvitationShown>();
    let invite = Operation::post(ALL, "invite", WRITE)
        .summary("Invite whoever has an address")
        .takes::<InvitationToBe>()
        .creates::<Invited>();
    let revoke =
        Operation::delete("/v1/organizations/{organization}/invitations/{id}", "revokeInvitation", WRITE)
            .summary("Take an invitation back");
    Routes::new().api(list, listed).api(invite, invited).api(revoke, revoked)
}

/// An invitation that nobody has accepted.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationShown {
    id: Uuid,
    email: String,
    /// What they become.
    #[schema(schema_with = words::role)]
    role: &'static str,
    /// The id of who invited them.
    invited_by: Option<Uuid>,
    /// Unix seconds.
    created_at: i64,
    expires_at: i64,
}

/// Who is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitationToBe {
    email: String,
    /// What they become.
    #[schema(schema_with = words::role)]
    role: String,
}

/// An invitation that was just sent.
#[derive(Debug, Serialize, ToSchema)]
struct Invited {
    #[serde(flatten)]
    invitation: InvitationShown,
    /// The link of the mail, shown this once; it works for whoever has proved that the address is theirs.
    link: String,
}

impl From<&Invitation> for InvitationShown {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.0,
            email: invitation.email.to_string(),
            role: invitation.role.as_str(),
            invited_by: invitation.invited_by.map(|id| id.0),
            created_at: invitation.created_at.0,
            expires_at: invitation.expires_at.0,
        }
    }
}

async fn listed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    filters: Filters,
) -> Result<Json<Listing<InvitationShown>>, Problem> {
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    let found = organizations::invitations(&app, &caller.actor, organization.id, &filters.paging()?).await?;
    Ok(Json(found.map(|pending| InvitationShown::from(&pending.invitation)).into()))
}

async fn invited(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    JsonBody(body): JsonBody<InvitationToBe>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    if body.role != Role::Member.as_str() {
        caller.needs_proof(&app)?;
    }
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    let made = organizations::invite(&app, &caller.actor, organization.id, &body.email, &body.role).await?;
    let invited =
        Invited { invitation: InvitationShown::from(&made.invitation), link: made.link.reveal().to_owned() };
    Ok((StatusCode::CREATED, Json(invited)))
}

async fn revoked(
    Call { app, caller }: Call,
    InPath2(name, id): InPath2<String, InvitationId>,
) -> Result<StatusCode, Problem> {
    let (organization, _) = organizations::reached(&app, &caller.actor, &name).await?;
    gone(organizations::revoke_invitation(&app, &caller.actor, organization.id, id).await)
}
