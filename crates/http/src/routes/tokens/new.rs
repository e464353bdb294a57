use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal};
use postern_flows::api_tokens::{self, NewToken, Offer, Owner, TokenDraft};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::pages::{TokenNew, TokenOccasion};
use postern_templating::{Field, Text};

use super::asked::At;
use super::form::{draft_of, query_of, shown};
use super::value;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::FormAbout;

pub(super) async fn form(
    State(app): State<Arc<App>>,
    at: At,
    RawQuery(query): RawQuery,
) -> Result<Response, PageRefusal> {
    let query = query.unwrap_or_default();
    let params = Params::parse_repeated(query.as_bytes())
        .map_err(|error| Refusal::invalid_request(error.to_string()))?;
    let draft = if query.is_empty() { TokenDraft::blank() } else { draft_of(&params) };
    if !at.is_fresh(&app) {
        return Ok(prove_first(&path_with(&at, &query)));
    }
    let user = params.get("user").unwrap_or_default();
    Ok(page_of(&app, at, user, &draft, &FieldErrors::none()).await?)
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    FormAbout(at, form): FormAbout<At>,
) -> Result<Response, PageRefusal> {
    let draft = draft_of(&form);
    let user = form.get("user").unwrap_or_default().trim();
    if !at.is_fresh(&app) {
        // What was typed comes along, so that nothing is lost on the way.
        return Ok(prove_first(&path_with(&at, &query_of(&draft, Some(user)))));
    }
    let outcome = match owner(&app, &at, user).await? {
        Ok(owner) => api_tokens::make(&app, &at.actor, NewToken { owner, draft: draft.clone() }).await,
        Err(errors) => Err(errors.into()),
    };
    match outcome {
        Ok(made) => Ok(value::page(&app, &at, &made.token, &made.value, TokenOccasion::Made).await?),
        Err(FormRefusal::Fields(errors)) => {
            let page = page_of(&app, at, user, &draft, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Whose the token becomes.
async fn owner(app: &App, at: &At, user: &str) -> Result<Result<Owner, FieldErrors>, Refusal> {
    if let Some(owner) = at.owner() {
        return Ok(Ok(owner));
    }
    let found = api_tokens::user_named(app, user).await?.map(Owner::User);
    Ok(found.ok_or_else(|| FieldErrors::one("user", "There is no account with this user name or e-mail.")))
}

fn path_with(at: &At, query: &str) -> String {
    let path = format!("{}/new", at.url());
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

async fn page_of(
    app: &App,
    at: At,
    user: &str,
    draft: &TokenDraft,
    errors: &FieldErrors,
) -> Result<Response, Refusal> {
    let offer = offer(app, &at, user).await?;
    let is_admin = at.owner().is_none();
    Ok(page::render(&TokenNew {
        chrome: at.chrome(app),
        user: is_admin
            .then(|| Field { value: user.to_owned(), error: errors.of("user").map(Text::sentence) }),
        form: shown(app, &at, draft, errors, &offer, None),
        place: at.place,
    }))
}

/// What can be given. Before an administrator says to whom, that is what everybody could have.
async fn offer(app: &App, at: &At, user: &str) -> Result<Offer, Refusal> {
    let owner = match owner(app, at, user).await? {
        Ok(owner) => owner,
        Err(_) => Owner::User(at.signed_in.user.id),
    };
    api_tokens::offer(app, &at.actor, owner).await
}
