use std::sync::Arc;

use postern_domain::audit::{Action, Target};
use postern_domain::{
    Capability, Email, Invitation, InvitationId, Lifetime, OrganizationId, Plain, Refusal, Role, TokenHash,
    User,
};
use postern_storage::{invitations as kept, organizations, users};
use serde_json::json;

use super::find::gone;
use crate::audit::{self, Entry};
use crate::mail::{self, InvitationMail, Mail, Outgoing, Recipient};
use crate::{Actor, App, FieldErrors, FormRefusal, Paging, Slice};

/// How long an invitation can be accepted.
const LIFETIME: Lifetime = Lifetime::days(7);
/// Most invitations of an organization that wait at a time.
const MOST_OPEN: u64 = 200;

/// An invitation that was just made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// Its link, to be shown this once.
    pub link: Plain,
}

/// An invitation that nobody has accepted.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The invitation.
    pub invitation: Invitation,
    /// Who sent it, if they are still there.
    pub inviter: Option<Arc<User>>,
}

/// Invites whoever has an address, and writes to them. One to the same address that waits already ends.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; those of [`Actor::may`] for `members:write`; `conflict` while too many
/// wait.
pub async fn invite(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    email: &str,
    role: &str,
) -> Result<Invited, FormRefusal> {
    actor.may(app, organization, Capability::ManageMembers, "members:write").await?;
    let mut errors = FieldErrors::none();
    let email = errors.take("email", Email::parse(email));
    let role = errors.take("role", role.parse::<Role>());
    let (Some(email), Some(role)) = (email, role) else { return Err(errors.into()) };
    if role == Role::Owner {
        actor.may(app, organization, Capability::ManageOwners, "members:write").await?;
    }
    refuse_members(app, organization, &email).await?;
    let now = app.clock.now();
    if kept::count_open(&app.db, organization, now).await? >= MOST_OPEN {
        let told = format!("{MOST_OPEN} invitations wait already; take back those that nobody will accept");
        return Err(Refusal::conflict(told).into());
    }
    let invitation = Invitation {
        id: app.new_id(),
        organization_id: organization,
        email,
        role,
        invited_by: actor.person().map(|person| person.id),
        created_at: now,
        expires_at: now.plus(LIFETIME),
    };
    let link = keep(app, &invitation, actor).await?;
    tracing::info!(%organization, "somebody was invited");
    Ok(Invited { invitation, link })
}

/// Keeps an invitation and tells whoever it is for. Answers its link, of which only the hash is kept.
async fn keep(app: &App, invitation: &Invitation, actor: &Actor) -> Result<Plain, Refusal> {
    let organization = app.organization(invitation.organization_id).await?.ok_or_else(gone)?;
    let token = app.new_link();
    let inviter = actor.person().map(|person| person.name.clone());
    let mail = InvitationMail::new(
        organization.name.clone(),
        inviter,
        invitation.role,
        &token,
        invitation.expires_at,
    );
    let path = mail.path();
    let to = Recipient::from(invitation.email.clone());
    let mail = mail::prepare(app, to, Mail::Invitation(mail))?;
    let act = Entry::new(app, actor.by(), Action::INVITATION_SENT, target(invitation))
        .of(invitation.organization_id)
        .after(json!({ "role": invitation.role, "expires_at": invitation.expires_at }));
    let input = (invitation.clone(), app.secret_key.hash_text(token.reveal()), mail, act);
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, (invitation, link, mail, act): &(Invitation, TokenHash, Outgoing, Entry)| {
            Box::pin(async move {
                kept::insert(tx, invitation, *link).await?;
                audit::act(tx, act).await?;
                Ok(mail::queue(tx, mail).await?)
            })
        })
        .await;
    done?;
    Ok(Plain::new(app.config.url(&path)))
}

/// What an invitation is called: by the address it is for.
pub(super) fn target(invitation: &Invitation) -> Target {
    Target::new("invitation", invitation.id.0, &invitation.email)
}

/// Says beside the field that somebody is a member already.
async fn refuse_members(app: &App, organization: OrganizationId, email: &Email) -> Result<(), FormRefusal> {
    let Some(user) = users::find_by_identifier(&app.db, email.as_str()).await? else { return Ok(()) };
    if organizations::role(&app.db, organization, user.id).await?.is_none() || !user.email_verified {
        return Ok(());
    }
    Err(FieldErrors::one("email", "Whoever has this address is a member already.").into())
}

/// The invitations of an organization that nobody has accepted, the latest first.
///
/// # Errors
/// Those of [`Actor::may`] for `members:read`; `invalid_request` for a cursor that is none of this list.
pub async fn invitations(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    paging: &Paging,
) -> Result<Slice<Pending>, Refusal> {
    actor.may(app, organization, Capability::ManageMembers, "members:read").await?;
    let list = format!("invitations of {organization}");
    let before = paging.after(app, &list)?.and_then(|key| key.parse().ok());
    let found = kept::list(&app.db, organization, before, paging.with_one_more()).await?;
    let slice = paging.slice(app, &list, found, |invitation| invitation.id.to_string());
    let mut items = Vec::with_capacity(slice.items.len());
    for invitation in slice.items {
        let inviter = match invitation.invited_by {
            Some(id) => app.user(id).await?,
            None => None,
        };
        items.push(Pending { invitation, inviter });
    }
    Ok(Slice { items, next: slice.next })
}

/// Takes an invitation back: its link leads nowhere from then on.
///
/// # Errors
/// Those of [`Actor::may`] for `members:write`; `not_found` if it was accepted or taken back already.
pub async fn revoke_invitation(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    invitation: InvitationId,
) -> Result<(), Refusal> {
    actor.may(app, organization, Capability::ManageMembers, "members:write").await?;
    let target = Target::new("invitation", invitation.0, invitation);
    let act = Entry::new(app, actor.by(), Action::INVITATION_REVOKED, target).of(organization);
    let was_there: Result<bool, Refusal> = app
        .db
        .write((organization, invitation, act), |tx, (organization, id, act)| {
            Box::pin(async move {
                let was_there = kept::remove(tx, *organization, *id).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    if was_there? {
        return Ok(());
    }
    Err(Refusal::not_found("there is no such invitation any more; it may have been accepted"))
}
