//! `/v1/audit-events`: what was called with which token, and who changed what.

use axum::Json;
use postern_domain::audit::EventId;
use postern_flows::{audit, calls};

use crate::api::{Access, Call, Filters, InPath, Listing, Operation, Problem};
use crate::audit_event::{AuditEvent, filter_of};
use crate::audit_explained::AuditExplained;
use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    let list = Operation::get(
        "/v1/audit-events",
        "listAuditEvents",
        Access::user_or_organization("audit:read"),
    )
    .summary("Calls with tokens and changes that somebody made, the latest first")
    .note(
        "People see their own and those of their tokens, organizations theirs, owners and admins of an \
                 organization also those of organization_id, administrators all.",
    )
    .lists::<AuditEvent>()
    .filter_id("token_id", "Calls and changes with a token, and changes of it.")
    .filter_id("user_id", "What a person did, or was done in their name or to their account.")
    .filter_id("organization_id", "What concerns an organization.")
    .filter("kind", "`call` or `act`, which is a change.")
    .filter("verdict", "`allowed`, `refused` or `report_only`, of calls.")
    .filter("action", "Changes of one kind, such as `token.made`.")
    .filter("since", "Not before this moment, in Unix seconds.")
    .filter("until", "Before this moment, in Unix seconds.");
    let one = Operation::get(
        "/v1/audit-events/{id}",
        "explainAuditEvent",
        Access::user_or_organization("audit:read"),
    )
    .summary("A call or a change, explained in plain sentences")
    .note("The id of a call is the X-Request-Id of its answer, and request_id in the body of a refusal.")
    .answers::<AuditExplained>();
    Routes::new().api(list, listed).api(one, explained)
}

async fn listed(Call { app, caller }: Call, filters: Filters) -> Result<Json<Listing<AuditEvent>>, Problem> {
    let filter = filter_of(|name| filters.get(name)).map_err(Problem::malformed)?;
    let found = audit::list(&app, &caller.actor, &filter, &filters.paging()?).await?;
    Ok(Json(found.map(AuditEvent::from).into()))
}

async fn explained(
    Call { app, caller }: Call,
    InPath(id): InPath<EventId>,
) -> Result<Json<AuditExplained>, Problem> {
    Ok(Json(calls::explain(&app, &caller.actor, id).await?.into()))
}
