use std::sync::Arc;

use postern_domain::audit::Action;
use postern_domain::{Invitation, Membership, Organization, Refusal, Role, Timestamp, TokenHash, User};
use postern_storage::{Tx, invitations, organizations};
use serde_json::json;
use uuid::Uuid;

use super::acts;
use super::invitations::target;
use super::overview::COUNTED;
use crate::audit::{self, Entry};
use crate::{Actor, App};

/// An invitation, for whoever has opened its link.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The invitation.
    pub invitation: Invitation,
    /// Where to.
    pub organization: Arc<Organization>,
    /// How many members that has.
    pub members: u64,
    /// Who invites, if they are still there.
    pub inviter: Option<Arc<User>>,
    /// Why this person cannot accept it.
    pub bar: Option<Bar>,
}

/// Why somebody cannot accept an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// It is for another address.
    SomebodyElses,
    /// The address is theirs as they say, and nobody has verified it.
    Unverified,
    /// They are a member already, as this.
    Member(Role),
}

/// The invitation behind a link, for the person who has opened it.
///
/// # Errors
/// `not_found` if it was accepted, taken back, or has ended.
pub async fn look(app: &App, user: &User, link: &str) -> Result<Joining, Refusal> {
    let hash = app.secret_key.hash_text(link);
    let found = invitations::find_by_link(&app.db, hash, app.clock.now()).await?;
    let invitation = found.ok_or_else(over)?;
    let organization = app.organization(invitation.organization_id).await?.ok_or_else(over)?;
    let (members, _) = organizations::count_members(&app.db, organization.id, COUNTED).await?;
    let inviter = match invitation.invited_by {
        Some(id) => app.user(id).await?,
        None => None,
    };
    let bar = match organizations::role(&app.db, organization.id, user.id).await? {
        _ if invitation.email.key() != user.email.key() => Some(Bar::SomebodyElses),
        Some(role) => Some(Bar::Member(role)),
        None if !user.email_verified => Some(Bar::Unverified),
        None => None,
    };
    Ok(Joining { invitation, organization, members, inviter, bar })
}

/// Lets the person whom an invitation is for become a member. It is used up by that.
///
/// # Errors
/// `not_found` if it is over; `forbidden` that says why this person cannot accept it, and what to do; those of
/// [`Actor::is`] for `organizations:write`.
pub async fn accept(app: &App, actor: &Actor, link: &str) -> Result<Arc<Organization>, Refusal> {
    let user = person(actor)?;
    let joining = look(app, &user, link).await?;
    if let Some(bar) = joining.bar {
        return Err(Refusal::forbidden(in_words(bar, &joining.invitation, &user)));
    }
    let now = app.clock.now();
    let act = acts::on_member(app, actor, Action::MEMBER_JOINED, joining.organization.id, user.id).await?;
    let act = act.after(json!({ "role": joining.invitation.role }));
    let input = Acceptance {
        act,
        id: app.new_id(),
        member: Membership {
            organization_id: joining.organization.id,
            user_id: user.id,
            role: joining.invitation.role,
            created_at: now,
        },
        invitation: joining.invitation,
        link: app.secret_key.hash_text(link),
        now,
    };
    let joined: Result<(), Refusal> = app.db.write(input, |tx, it| Box::pin(join(tx, it))).await;
    joined?;
    tracing::info!(organization = %joining.organization.id, user = %user.id, "an invitation was accepted");
    Ok(joining.organization)
}

struct Acceptance {
    act: Entry,
    id: Uuid,
    member: Membership,
    invitation: Invitation,
    link: TokenHash,
    now: Timestamp,
}

async fn join(tx: &Tx, it: &Acceptance) -> Result<(), Refusal> {
    if !invitations::take(tx, it.invitation.id, it.link, it.now).await? {
        return Err(over());
    }
    organizations::add_member(tx, it.id, &it.member).await?;
    Ok(audit::act(tx, &it.act).await?)
}

/// Turns an invitation down. It is used up by that.
///
/// # Errors
/// `not_found` if it is over; `forbidden` if it is somebody else's; those of [`Actor::is`] for `organizations:write`.
pub async fn decline(app: &App, actor: &Actor, link: &str) -> Result<Arc<Organization>, Refusal> {
    let user = person(actor)?;
    let joining = look(app, &user, link).await?;
    if joining.bar == Some(Bar::SomebodyElses) {
        return Err(Refusal::forbidden(in_words(Bar::SomebodyElses, &joining.invitation, &user)));
    }
    let target = target(&joining.invitation);
    let act = Entry::new(app, actor.by(), Action::INVITATION_DECLINED, target).of(joining.organization.id);
    let input = (joining.organization.id, joining.invitation.id, act);
    let done: Result<bool, Refusal> = app
        .db
        .write(input, |tx, (organization, id, act)| {
            Box::pin(async move {
                let was_there = invitations::remove(tx, *organization, *id).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    done?;
    Ok(joining.organization)
}

fn person(actor: &Actor) -> Result<Arc<User>, Refusal> {
    let user = actor
        .person()
        .ok_or_else(|| Refusal::insufficient_subject("an invitation is accepted by the person it is for"))?;
    actor.is(user.id, "organizations:write")?;
    Ok(Arc::clone(user))
}

/// Why, and what to do about it, in a sentence.
pub(super) fn in_words(bar: Bar, invitation: &Invitation, user: &User) -> String {
    match bar {
        Bar::SomebodyElses => format!(
            "the invitation is for {}, and you are signed in as {}: sign in as who has that address",
            invitation.email, user.email
        ),
        Bar::Unverified => format!(
            "it is not verified yet that {} is yours: have a link sent to it in your profile, and open the invitation again \
             after that",
            user.email
        ),
        Bar::Member(role) => format!("you are a member already, as {role}"),
    }
}

impl Joining {
    /// Why this person cannot accept it, in a sentence.
    pub fn refusal(&self, user: &User) -> Option<String> {
        self.bar.map(|bar| in_words(bar, &self.invitation, user))
    }
}

fn over() -> Refusal {
    Refusal::not_found(
        "the invitation was accepted or taken back, or has ended; ask whoever invited you for another one",
    )
}
