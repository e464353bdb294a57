use std::sync::Arc;

use postern_domain::{
    Capability, ErrorCode, InstanceRight, Lifetime, Organization, Organizations, Permit, Refusal, Role,
    Scopes, Subject, TokenId, TokenKind, User,
};
use postern_storage::api_tokens::{self, Owner};
use postern_storage::organizations;
use postern_storage::tokens::Token;

use crate::{Actor, App, standing};

/// The scope by which tokens are seen.
pub(super) const READ: &str = "tokens:read";
/// The scope by which they are made and changed.
pub(super) const WRITE: &str = "tokens:write";
/// How many members are read at a time in search of an owner.
const MEMBERS: u64 = 100;

/// What somebody may give to tokens of an owner.
pub(super) struct Reach {
    /// The most that a token may hold: what its maker holds, and its owner.
    pub(super) permit: Permit,
    /// Whether that is all that the owner may do.
    pub(super) is_all: bool,
    /// The person who answers for the token: its owner, or who made it for the organization.
    pub(super) person: Arc<User>,
    /// The organization, if it is the owner.
    pub(super) organization: Option<Arc<Organization>>,
}

/// What a form offers to whoever makes or changes a token.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The scopes that can be given.
    pub scopes: Scopes,
    /// Whether everything can be.
    pub everything: bool,
    /// The longest life that is allowed, if there is a cap.
    pub longest: Option<Lifetime>,
    /// Whether the cap is the organization's and not the server's.
    pub longest_is_of_organization: bool,
}

/// By what right somebody deals with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It is theirs, or their organization's.
    Owner,
    /// They hold `users:manage`.
    Administrator,
}

/// What somebody may give to a new token of this owner.
///
/// # Errors
/// `insufficient_scope`, `not_found` or `forbidden` if they may make none.
pub async fn offer(app: &App, actor: &Actor, owner: Owner) -> Result<Offer, Refusal> {
    let reach = reach(app, actor, owner).await?;
    let of_organization = reach.policy();
    let longest = reach.longest(app);
    Ok(Offer {
        everything: reach.is_all && matches!(owner, Owner::User(_)),
        longest_is_of_organization: longest.is_some() && longest == of_organization,
        longest,
        scopes: reach.permit.scopes,
    })
}

/// The same for the flows themselves.
pub(super) async fn reach(app: &App, actor: &Actor, owner: Owner) -> Result<Reach, Refusal> {
    match owner {
        Owner::User(id) => {
            if !actor.has_right(InstanceRight::UsersManage) {
                actor.is(id, WRITE)?;
            }
            let user = app.user(id).await?.ok_or_else(|| Refusal::not_found("there is no such account"))?;
            if !user.is_active() {
                return Err(Refusal::conflict("the account is closed: no token of it works"));
            }
            Ok(of_person(app, actor, user))
        }
        Owner::Organization(id) => {
            actor.may(app, id, Capability::ManageTokens, WRITE).await?;
            let person = match actor.person() {
                Some(person) => Arc::clone(person),
                None => first_owner(app, id).await?,
            };
            let standing = standing::of_organization(app, id, &person, Capability::ManageTokens).await;
            let (organization, whole) = standing.map_err(|refusal| match refusal.code {
                ErrorCode::InvalidGrant => Refusal::forbidden(
                    "a token of an organization works as long as its maker may manage its tokens: that takes an owner or \
                     admin of it",
                ),
                _ => refusal,
            })?;
            Ok(of_organization(app, actor, person, organization, whole))
        }
    }
}

fn of_person(app: &App, actor: &Actor, user: Arc<User>) -> Reach {
    let whole = standing::of_user(app, &user);
    let permit = match actor.permit() {
        Some(held) if held.subject == whole.subject => narrowed(&whole, held),
        // For somebody else it holds what they hold, but no right that its maker has not.
        Some(held) => {
            let beyond = InstanceRight::ALL.into_iter().filter(|right| !actor.has_right(*right));
            let beyond: Scopes = beyond.map(|right| right.scope().to_owned()).collect();
            let limits = held.limits.clone();
            Permit { scopes: whole.scopes.difference(&beyond), limits, ..whole.clone() }
        }
        None => whole.clone(),
    };
    let is_all = permit == whole;
    Reach { permit, is_all, person: user, organization: None }
}

fn of_organization(
    app: &App,
    actor: &Actor,
    person: Arc<User>,
    organization: Arc<Organization>,
    whole: Permit,
) -> Reach {
    let permit = match actor.permit() {
        // Whoever may do all that their person may, may give all that the organization has.
        Some(held) if held.subject == Subject::User(person.id) => {
            let own = standing::of_user(app, &person);
            if covers(held, &own) { whole.clone() } else { narrowed(&whole, held) }
        }
        Some(held) => narrowed(&whole, held),
        None => whole.clone(),
    };
    let is_all = permit == whole;
    Reach { permit, is_all, person, organization: Some(organization) }
}

/// What is left of `whole` for a credential.
fn narrowed(whole: &Permit, held: &Permit) -> Permit {
    let organizations = match whole.subject {
        Subject::User(_) => held.organizations.clone(),
        _ => whole.organizations.clone(),
    };
    Permit {
        scopes: whole.scopes.intersection(&held.scopes),
        organizations,
        audience: held.audience.clone(),
        limits: held.limits.clone(),
        expires_at: held.expires_at,
        ..whole.clone()
    }
}

/// Whether a credential holds all of `own`.
fn covers(held: &Permit, own: &Permit) -> bool {
    own.scopes.is_subset(&held.scopes)
        && held.organizations == Organizations::All
        && held.audience.is_none()
        && held.limits.is_empty()
        && held.expires_at.is_none()
}

impl Reach {
    /// What the organization's policy allows at most.
    fn policy(&self) -> Option<Lifetime> {
        self.organization.as_ref().and_then(|organization| organization.policy.max_token_lifetime)
    }

    /// The longest life of a token that begins, or begins anew, now.
    pub(super) fn longest(&self, app: &App) -> Option<Lifetime> {
        [app.config.tokens.max_lifetime, self.policy()].into_iter().flatten().min()
    }

    /// That a token holds no more than this, so that its value can be given away again.
    pub(super) fn must_cover(&self, token: &Token) -> Result<(), Refusal> {
        let everything = token.api().is_some_and(|api| api.everything);
        let beyond = token.permit.scopes.difference(&self.permit.scopes);
        let covered = if everything { self.is_all } else { beyond.is_empty() };
        let within = match (&token.permit.organizations, &self.permit.organizations) {
            (_, Organizations::All) => true,
            (Organizations::All, Organizations::Only(_)) => false,
            (Organizations::Only(inner), Organizations::Only(outer)) => inner.is_subset(outer),
        };
        if covered && within && token.permit.limits_are_within(&self.permit) {
            return Ok(());
        }
        Err(Refusal::insufficient_scope(
            "the token may do more than you may with what you are signed in by; sign in as its owner to change it so",
        ))
    }
}

/// The token with this id and by what right it is dealt with; `scope` is what that takes of its owner.
///
/// # Errors
/// `not_found` also for a token that is none of theirs.
pub async fn find(
    app: &App,
    actor: &Actor,
    id: TokenId,
    scope: &str,
) -> Result<(Token, Owner, Relation), Refusal> {
    let token = api_tokens::find(&app.db, id).await?.ok_or_else(gone)?;
    let owner = owner_of(&token).ok_or_else(gone)?;
    let owns = match owner {
        Owner::User(user) => actor.is(user, scope),
        Owner::Organization(organization) => {
            actor.may(app, organization, Capability::ManageTokens, scope).await
        }
    };
    match owns {
        Ok(()) => Ok((token, owner, Relation::Owner)),
        Err(refusal) if refusal.cause.is_some() => Err(refusal),
        Err(_) if actor.has_right(InstanceRight::UsersManage) => Ok((token, owner, Relation::Administrator)),
        Err(refusal) if refusal.code == ErrorCode::NotFound => Err(gone()),
        Err(refusal) => Err(refusal),
    }
}

/// Whose a token is.
pub(crate) fn owner_of(token: &Token) -> Option<Owner> {
    match token.kind {
        TokenKind::Personal => token.user_id.map(Owner::User),
        TokenKind::Organization => token.organization_id.map(Owner::Organization),
        _ => None,
    }
}

/// The answer where there is no such token, or it is another's.
pub(super) fn gone() -> Refusal {
    Refusal::not_found("there is no such token among yours; it may have been deleted since it ended")
}

/// The owner who has been there longest: who answers for a token that an operator makes.
async fn first_owner(app: &App, id: postern_domain::OrganizationId) -> Result<Arc<User>, Refusal> {
    let mut after = None;
    loop {
        let members = organizations::members(&app.db, id, after, MEMBERS).await?;
        for member in members.iter().filter(|member| member.role == Role::Owner) {
            if let Some(user) = app.user(member.user_id).await?.filter(|user| user.is_active()) {
                return Ok(user);
            }
        }
        match members.last() {
            Some(last) => after = Some((last.created_at, last.user_id)),
            None => return Err(Refusal::not_found("there is no such organization, or nobody owns it")),
        }
    }
}
