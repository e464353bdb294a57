use postern_domain::{Capability, InstanceRight, Refusal, Slug, TokenKind};
use postern_storage::api_tokens::{self, Owner, Search, State};
use postern_storage::tokens::Token;
use postern_storage::{organizations, users};

use super::reach::READ;
use crate::{Actor, App, Paging, Slice};

/// Which tokens are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Those of an owner.
    Of(Owner),
    /// Those of everybody, for administrators.
    Everybody,
}

/// What is looked for among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// How the name begins. Administrators may write a user name, an e-mail address or an organization's slug instead.
    pub query: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// Of this kind.
    pub kind: Option<TokenKind>,
}

/// A part of the list, the newest first; by name where one is looked for.
///
/// # Errors
/// `insufficient_scope`, `not_found` or `forbidden` if the list is not theirs; `invalid_request` for a bad cursor.
pub async fn list(
    app: &App,
    actor: &Actor,
    list: List,
    filter: &Filter,
    paging: &Paging,
) -> Result<Slice<Token>, Refusal> {
    may_list(app, actor, list).await?;
    let mut search = Search { kind: filter.kind, state: filter.state, ..Search::default() };
    let query = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    match list {
        List::Of(owner) => {
            search.owner = Some(owner);
            search.name = query.map(str::to_owned);
        }
        List::Everybody => {
            search.owner = match query {
                Some(query) => owner_named(app, query).await?,
                None => None,
            };
            search.name = query.filter(|_| search.owner.is_none()).map(str::to_owned);
        }
    }
    let what = format!("tokens {search:?}");
    let after = match paging.after(app, &what)? {
        Some(text) => Some(text.parse().map_err(Refusal::invalid_request)?),
        None => None,
    };
    let limit = paging.with_one_more();
    let found = api_tokens::list(&app.db, &search, after.as_ref(), app.clock.now(), limit).await?;
    Ok(paging.slice(app, &what, found, |token| search.place(token).to_string()))
}

/// How many tokens there are in a list, whatever is looked for; counted no further than ten thousand.
///
/// # Errors
/// As [`list`].
pub async fn count(app: &App, actor: &Actor, list: List) -> Result<u64, Refusal> {
    may_list(app, actor, list).await?;
    let owner = match list {
        List::Of(owner) => Some(owner),
        List::Everybody => None,
    };
    let all = Search { owner, ..Search::default() };
    Ok(api_tokens::count(&app.db, &all, app.clock.now()).await?)
}

/// That somebody may see a list.
pub async fn may_list(app: &App, actor: &Actor, list: List) -> Result<(), Refusal> {
    let seen = match list {
        List::Everybody => return actor.needs_right(InstanceRight::UsersManage),
        List::Of(Owner::User(id)) => actor.is(id, READ),
        List::Of(Owner::Organization(id)) => actor.may(app, id, Capability::ManageTokens, READ).await,
    };
    match seen {
        Err(refusal) if refusal.cause.is_some() => Err(refusal),
        Err(_) if actor.has_right(InstanceRight::UsersManage) => Ok(()),
        seen => seen,
    }
}

/// The owner that an administrator means by a user name, an e-mail address or a slug.
async fn owner_named(app: &App, query: &str) -> Result<Option<Owner>, Refusal> {
    if let Some(user) = users::find_by_identifier(&app.db, query).await? {
        return Ok(Some(Owner::User(user.id)));
    }
    let Ok(slug) = Slug::parse(query) else { return Ok(None) };
    let found = organizations::find_by_slug(&app.db, &slug).await?;
    Ok(found.map(|organization| Owner::Organization(organization.id)))
}
