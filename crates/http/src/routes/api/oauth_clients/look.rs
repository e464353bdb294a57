//! A client's logo, the calls of it that were refused, and what it was told of sessions that ended.

use axum::Json;
use axum::http::StatusCode;
use postern_flows::clients::{self, Manager, RefusedCalls};
use postern_flows::logout::{self, LogoutNotice};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::gone;
use super::shape::OAuthClient;
use super::{READ, WRITE, show};
use crate::api::{Call, Filters, InPath, Listing, Operation, PictureBody, Problem, part_of};
use crate::rights::Routes;

const LOGO: &str = "/v1/oauth-clients/{client_id}/logo";

pub(super) fn routes() -> Routes {
    let set = Operation::put(LOGO, "setClientLogo", WRITE)
        .summary("Give a client a logo")
        .note("A PNG, JPEG or WebP of at most 1 MiB and 4,096 by 4,096 pixels; it is cut square and made smaller.")
        .takes_picture()
        .answers::<OAuthClient>();
    let remove = Operation::delete(LOGO, "removeClientLogo", WRITE).summary("Take a client's logo away");
    let errors = Operation::get("/v1/oauth-clients/{client_id}/errors", "listClientErrors", READ)
        .summary("A client's refused calls of late, the latest first")
        .lists::<RefusedCall>();
    let notices = Operation::get("/v1/oauth-clients/{client_id}/logout-notices", "listLogoutNotices", READ)
        .summary("What a client was told of sessions that ended, the latest first")
        .note("By OpenID Connect Back-Channel Logout 1.0, for clients with a `backchannel_logout_uri`; kept for 30 days.")
        .lists::<LogoutNoticeSent>();
    Routes::new()
        .api(set, logo_set)
        .api(remove, logo_removed)
        .api(errors, errors_listed)
        .api(notices, notices_listed)
}

/// Calls of a client that were refused for the same reason.
#[derive(Debug, Serialize, ToSchema)]
struct RefusedCall {
    /// Where, such as `authorize`.
    endpoint: String,
    /// The code of the answer.
    code: String,
    reason: String,
    /// How many of them are kept: of each minute one.
    count: u64,
    /// Unix seconds.
    last_at: i64,
}

impl From<RefusedCalls> for RefusedCall {
    fn from(calls: RefusedCalls) -> Self {
        Self {
            endpoint: calls.endpoint,
            code: calls.code,
            reason: calls.reason,
            count: calls.count,
            last_at: calls.last_at.0,
        }
    }
}

/// What a client was told of a session that ended.
#[derive(Debug, Serialize, ToSchema)]
struct LogoutNoticeSent {
    id: String,
    /// `sid` of the session.
    session_id: String,
    /// When the session ended, in Unix seconds.
    created_at: i64,
    /// When the client took it, in Unix seconds.
    delivered_at: Option<i64>,
    /// When it is tried again, in Unix seconds; without this and `delivered_at` it was given up.
    next_try_at: Option<i64>,
    /// How often it was tried.
    tries: i64,
    /// The HTTP status that the client answered last.
    status: Option<u16>,
    /// What was wrong with the last try.
    problem: Option<String>,
}

impl From<LogoutNotice> for LogoutNoticeSent {
    fn from(notice: LogoutNotice) -> Self {
        Self {
            id: notice.id.to_string(),
            session_id: notice.session_id.to_string(),
            created_at: notice.created_at.0,
            delivered_at: notice.delivered_at.map(|at| at.0),
            next_try_at: notice.next_try_at.map(|at| at.0),
            tries: notice.tries,
            status: notice.outcome.status,
            problem: notice.outcome.problem,
        }
    }
}

async fn logo_set(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    PictureBody(picture): PictureBody,
) -> Result<Json<OAuthClient>, Problem> {
    let client = clients::set_logo(&app, Manager::Actor(&caller.actor), &name, picture.to_vec()).await?;
    show(&app, &client).await
}

async fn logo_removed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    gone(clients::remove_logo(&app, Manager::Actor(&caller.actor), &name).await)
}

async fn errors_listed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    filters: Filters,
) -> Result<Json<Listing<RefusedCall>>, Problem> {
    let client = clients::find(&app, Manager::Actor(&caller.actor), &name).await?;
    let found = clients::insight(&app, &client).await?.refused;
    let key = |calls: &RefusedCalls| format!("{} {} {}", calls.endpoint, calls.code, calls.reason);
    let slice = part_of(&app, &filters.paging()?, &format!("errors of {}", client.id), found, key)?;
    Ok(Json(slice.map(RefusedCall::from).into()))
}

async fn notices_listed(
    Call { app, caller }: Call,
    InPath(name): InPath<String>,
    filters: Filters,
) -> Result<Json<Listing<LogoutNoticeSent>>, Problem> {
    let client = clients::find(&app, Manager::Actor(&caller.actor), &name).await?;
    let slice = logout::notices(&app, &client, &filters.paging()?).await?;
    Ok(Json(slice.map(LogoutNoticeSent::from).into()))
}
