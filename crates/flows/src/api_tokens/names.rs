use std::sync::Arc;

use postern_domain::{InstanceRight, Organization, Refusal, Slug, UserId};
use postern_storage::api_tokens::{self, Owner, Search, State};
use postern_storage::tokens::Token;
use postern_storage::{organizations, users};

use crate::App;
use crate::mail::TokenFacts;

/// What the owner of a token is called.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn owner_name(app: &App, owner: Owner) -> Result<String, Refusal> {
    let name = match owner {
        Owner::User(id) => app.user(id).await?.map(|user| user.name.to_string()),
        Owner::Organization(id) => {
            app.organization(id).await?.map(|organization| organization.name.to_string())
        }
    };
    Ok(name.unwrap_or_else(|| "an account that is gone".to_owned()))
}

/// The organization with this slug.
///
/// # Errors
/// `not_found` if there is none; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn organization_named(app: &App, slug: &str) -> Result<Arc<Organization>, Refusal> {
    let found = match Slug::parse(slug) {
        Ok(slug) => organizations::find_by_slug(&app.db, &slug).await?,
        Err(_) => None,
    };
    found.map(Arc::new).ok_or_else(|| Refusal::not_found("there is no such organization among yours"))
}

/// Who administers the instance, the longest there first: who answers for what an operator sets up for everybody.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn first_administrator(app: &App) -> Result<Option<UserId>, Refusal> {
    let found = users::first_with_right(&app.db, InstanceRight::InstanceAdmin).await?;
    Ok(found.map(|user| user.id))
}

/// The account with this user name or e-mail address.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn user_named(app: &App, name: &str) -> Result<Option<UserId>, Refusal> {
    Ok(users::find_by_identifier(&app.db, name).await?.map(|user| user.id))
}

/// The tokens of exactly this name in a state, for an operator; enough of them to tell whether there is one.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn find_named(app: &App, name: &str, state: State) -> Result<Vec<Token>, Refusal> {
    let search = Search { name: Some(name.to_owned()), state: Some(state), ..Search::default() };
    // The shortest name that begins so comes first: it is the one that is exactly so.
    let mut found = api_tokens::list(&app.db, &search, None, app.clock.now(), 10).await?;
    found.retain(|token| token.api().is_some_and(|api| api.name.as_str() == name));
    Ok(found)
}

/// What a mail says of a personal or organization token.
pub(crate) async fn facts(app: &App, token: &Token, owner: Owner) -> Result<Option<TokenFacts>, Refusal> {
    let organization = match owner {
        Owner::Organization(id) => app.organization(id).await?,
        Owner::User(_) => None,
    };
    let organization =
        organization.map(|organization| (organization.name.clone(), organization.slug.clone()));
    Ok(TokenFacts::of(app, token, organization))
}
