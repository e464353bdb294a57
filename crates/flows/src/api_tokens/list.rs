use postern_domain::{Capability, InstanceRight, Lifetime, Refusal, Slug, Timestamp, TokenId, TokenKind};
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
    /// Not used for this long, or never.
    pub unused_for: Option<Lifetime>,
}

impl Filter {
    /// Whether it leaves anything out.
    pub fn is_on(&self) -> bool {
        let has_query = self.query.as_deref().is_some_and(|query| !query.trim().is_empty());
        has_query || self.state.is_some() || self.kind.is_some() || self.unused_for.is_some()
    }
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
    // By its id a token is found whatever else is asked for.
    if let Some(id) = filter.query.as_deref().and_then(|query| query.trim().parse::<TokenId>().ok()) {
        let found = api_tokens::find(&app.db, id).await?.filter(|token| is_listed(list, token));
        return Ok(Slice { items: found.into_iter().collect(), next: None });
    }
    let search = search(app, list, filter).await?;
    let what = format!("tokens {list:?} {filter:?}");
    let after = match paging.after(app, &what)? {
        Some(text) => Some(text.parse().map_err(Refusal::invalid_request)?),
        None => None,
    };
    let limit = paging.with_one_more();
    let found = api_tokens::list(&app.db, &search, after.as_ref(), app.clock.now(), limit).await?;
    Ok(paging.slice(app, &what, found, |token| search.place(token).to_string()))
}

fn is_listed(list: List, token: &Token) -> bool {
    match list {
        List::Everybody => true,
        List::Of(Owner::User(id)) => token.organization_id.is_none() && token.user_id == Some(id),
        List::Of(Owner::Organization(id)) => token.organization_id == Some(id),
    }
}

/// What a filter looks for in a list.
pub(super) async fn search(app: &App, list: List, filter: &Filter) -> Result<Search, Refusal> {
    // To the minute, so that the parts of a list go on where they ended.
    let minute = Timestamp(app.clock.now().0 / 60 * 60);
    let mut search = Search {
        kind: filter.kind,
        state: filter.state,
        unused_since: filter.unused_for.map(|span| minute.minus(span)),
        ..Search::default()
    };
    let query = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    search.owner = match (list, query) {
        (List::Of(owner), _) => Some(owner),
        (List::Everybody, Some(query)) => owner_named(app, query).await?,
        (List::Everybody, None) => None,
    };
    let is_owner = list == List::Everybody && search.owner.is_some();
    search.name = query.filter(|_| !is_owner).map(str::to_owned);
    Ok(search)
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
