use axum::Json;
use axum::http::{StatusCode, Uri};
use postern_domain::{Lifetime, TokenId, TokenKind, UserId};
use postern_flows::api_tokens::{self, Filter, List, NewToken, Owner, State as TokenState, TokenDraft};
use postern_flows::{App, FieldErrors, FormRefusal};

use super::super::gone;
use super::shape::{NewValue, Overlap, TokenChange, TokenShown, TokenToBe};
use crate::api::{Call, Caller, Filters, InPath, JsonBody, Listing, OptionalBody, Problem};

const READ: &str = "tokens:read";

/// Whether a call is about the tokens of organizations.
fn of_organization(uri: &Uri) -> bool {
    uri.path().starts_with("/v1/organization-access-tokens")
}

pub(super) async fn listed(
    Call { app, caller }: Call,
    uri: Uri,
    filters: Filters,
) -> Result<Json<Listing<TokenShown>>, Problem> {
    let named = filters.get("organization_id");
    let list = match of_organization(&uri) {
        true => List::Of(Owner::Organization(caller.organization(named)?)),
        false if named.is_some() => {
            return Err(Problem::malformed("personal tokens belong to no organization"));
        }
        false => List::Of(Owner::User(caller.user()?.id)),
    };
    part(&app, &caller, list, &filters).await
}

pub(super) async fn listed_all(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<TokenShown>>, Problem> {
    part(&app, &caller, List::Everybody, &filters).await
}

async fn part(
    app: &App,
    caller: &Caller,
    list: List,
    filters: &Filters,
) -> Result<Json<Listing<TokenShown>>, Problem> {
    let state = match filters.get("state") {
        None => None,
        Some("active") => Some(TokenState::Active),
        Some("expired") => Some(TokenState::Expired),
        Some("revoked") => Some(TokenState::Revoked),
        Some(_) => return Err(Problem::malformed("state is active, expired or revoked")),
    };
    let kind = match filters.get("kind") {
        None => None,
        Some("pat") => Some(TokenKind::Personal),
        Some("oat") => Some(TokenKind::Organization),
        Some(_) => return Err(Problem::malformed("kind is pat or oat")),
    };
    let filter = Filter { query: filters.get("query").map(str::to_owned), state, kind, ..Filter::default() };
    let found = api_tokens::list(app, &caller.actor, list, &filter, &filters.paging()?).await?;
    let now = app.clock.now();
    Ok(Json(found.map(|token| TokenShown::new(&token, now)).into()))
}

pub(super) async fn created(
    Call { app, caller }: Call,
    uri: Uri,
    JsonBody(body): JsonBody<TokenToBe>,
) -> Result<(StatusCode, Json<NewValue>), Problem> {
    caller.needs_proof(&app)?;
    let owner = match (of_organization(&uri), &body.user_id, &body.organization_id) {
        (true, None, named) => Owner::Organization(caller.organization(named.as_deref())?),
        (false, None, None) => Owner::User(caller.user()?.id),
        (false, Some(id), None) => {
            let unknown = |_| Problem::not_found("there is no such account");
            Owner::User(id.parse::<UserId>().map_err(unknown)?)
        }
        (true, Some(_), _) => return Err(Problem::malformed("an organization's token is no person's")),
        (false, _, Some(_)) => return Err(Problem::malformed("a personal token is no organization's")),
    };
    let made = api_tokens::make(&app, &caller.actor, NewToken { owner, draft: body.draft()? }).await?;
    let value = NewValue {
        shown: TokenShown::new(&made.token, app.clock.now()),
        token: made.value.reveal().to_owned(),
        previous_expires_at: None,
    };
    Ok((StatusCode::CREATED, Json(value)))
}

pub(super) async fn one(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
) -> Result<Json<TokenShown>, Problem> {
    let (token, ..) = api_tokens::find(&app, &caller.actor, id, READ).await?;
    Ok(Json(TokenShown::new(&token, app.clock.now())))
}

pub(super) async fn changed(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
    JsonBody(change): JsonBody<TokenChange>,
) -> Result<Json<TokenShown>, Problem> {
    let (token, ..) = api_tokens::find(&app, &caller.actor, id, "tokens:write").await?;
    let draft = change.applied_to(TokenDraft::of(&token))?;
    let planned = api_tokens::plan(&app, &caller.actor, id, &draft).await?;
    if planned.widens() {
        caller.needs_proof(&app)?;
    }
    let token = api_tokens::save(&app, planned).await?;
    Ok(Json(TokenShown::new(&token, app.clock.now())))
}

pub(super) async fn revoked(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
) -> Result<StatusCode, Problem> {
    gone(api_tokens::revoke(&app, &caller.actor, id).await)
}

pub(super) async fn rotated(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
    OptionalBody(body): OptionalBody<Overlap>,
) -> Result<(StatusCode, Json<NewValue>), Problem> {
    caller.needs_proof(&app)?;
    let mut errors = FieldErrors::none();
    let overlap = body.overlap.map_or(Ok(Lifetime::seconds(0)), |text| text.parse());
    let Some(overlap) = errors.take("overlap", overlap) else {
        return Err(FormRefusal::from(errors).into());
    };
    let rotated = api_tokens::rotate(&app, &caller.actor, id, overlap).await?;
    let value = NewValue {
        shown: TokenShown::new(&rotated.made.token, app.clock.now()),
        token: rotated.made.value.reveal().to_owned(),
        previous_expires_at: rotated.old_ends_at.map(|at| at.0),
    };
    Ok((StatusCode::CREATED, Json(value)))
}

pub(super) async fn renewed(
    Call { app, caller }: Call,
    InPath(id): InPath<TokenId>,
) -> Result<Json<TokenShown>, Problem> {
    caller.needs_proof(&app)?;
    let token = api_tokens::renew(&app, &caller.actor, id).await?;
    Ok(Json(TokenShown::new(&token, app.clock.now())))
}
