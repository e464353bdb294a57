use axum::response::Response;
use postern_domain::{Capability, Params, Refusal, Role};
use postern_flows::organizations::{self, Member, Pending};
use postern_flows::{FieldErrors, Paging};
use postern_templating::pages::{InvitationRow, InviteForm, MemberRow, OrganizationMembers};
use postern_templating::{Badge, Choice, Notice, OrganizationTab, Text, Tone, When, t};

use super::AtPlace;
use super::list::pager;
use crate::account_form::field;
use crate::page;
use crate::request::{PageRequest, SignedIn};

/// What is shown on the page besides who is there.
pub(super) struct Shown {
    pub(super) paging: Paging,
    pub(super) notice: Option<Notice>,
    pub(super) problem: Option<Text>,
    /// What was typed into the form that invites, and what is wrong with it.
    pub(super) typed: Params,
    pub(super) errors: FieldErrors,
    /// The link of an invitation that was just made.
    pub(super) link: Option<String>,
}

impl Shown {
    /// The first part of the list, and nothing else.
    pub(super) fn first() -> Self {
        Self {
            paging: Paging::first(),
            notice: None,
            problem: None,
            typed: Params::default(),
            errors: FieldErrors::none(),
            link: None,
        }
    }
}

pub(super) async fn render(at: &AtPlace, shown: Shown) -> Result<Response, Refusal> {
    let AtPlace { page: PageRequest { app, signed_in, .. }, place } = at;
    let (actor, id, path) = (&place.actor, place.organization.id, place.path("members"));
    let found = organizations::members(app, actor, id, &shown.paging).await?;
    let figures = organizations::overview(app, actor, &place.organization, place.role).await?;
    let manages = place.role.may(Capability::ManageMembers);
    let invitations = match manages {
        true => {
            organizations::invitations(app, actor, id, &Paging { limit: Paging::MOST, cursor: None })
                .await?
                .items
        }
        false => Vec::new(),
    };
    let now = app.clock.now().0;
    let is_last_owner = place.role == Role::Owner && figures.owners == 1;
    let mut chrome = at.chrome(OrganizationTab::Members);
    chrome.notice = shown.notice;
    Ok(page::render(&OrganizationMembers {
        chrome,
        slug: place.organization.slug.to_string(),
        problem: shown.problem,
        members: found.items.iter().map(|member| row(member, place.role, signed_in, now)).collect(),
        total: figures.members,
        pager: pager(&path, &shown.paging, found.next.as_deref()),
        invite: manages.then(|| InviteForm {
            email: field(&shown.typed, &shown.errors, "email"),
            roles: choices(place.role, shown.typed.get("role").unwrap_or("member")),
        }),
        invitation_link: shown.link,
        invitations: invitations.iter().map(|it| invitation(it, now)).collect(),
        stays_because: is_last_owner.then(|| t("You are the last owner. Make somebody else an owner first.")),
    }))
}

/// The roles that somebody of this role may give.
fn choices(of: Role, selected: &str) -> Vec<Choice> {
    let may_give = |role: &Role| *role != Role::Owner || of.may(Capability::ManageOwners);
    let roles = Role::ALL.into_iter().filter(may_give);
    roles.map(|role| Choice::new(role.as_str(), role.as_str()).selected(role.as_str() == selected)).collect()
}

fn row(member: &Member, viewer: Role, signed_in: &SignedIn, now: i64) -> MemberRow {
    let role = member.membership.role;
    let manages = match role {
        Role::Owner => viewer.may(Capability::ManageOwners),
        _ => viewer.may(Capability::ManageMembers),
    };
    let current = member.user.id == signed_in.user.id;
    let sees_addresses = viewer.may(Capability::ManageMembers) || current;
    MemberRow {
        user_id: member.user.id.to_string(),
        name: member.user.name.to_string(),
        username: member.user.username.to_string(),
        email: sees_addresses.then(|| member.user.email.to_string()),
        role: role.to_string(),
        roles: if manages { choices(viewer, role.as_str()) } else { Vec::new() },
        since: When::new(member.membership.created_at.0, now),
        current,
        removable: manages && !current,
    }
}

fn invitation(pending: &Pending, now: i64) -> InvitationRow {
    let Pending { invitation, inviter } = pending;
    let end = When::new(invitation.expires_at.0, now);
    InvitationRow {
        id: invitation.id.to_string(),
        email: invitation.email.to_string(),
        role: Text::sentence(invitation.role.as_str()),
        inviter: inviter.as_ref().map_or_else(|| t("somebody"), |it| Text::verbatim(it.name.to_string())),
        sent: When::new(invitation.created_at.0, now),
        state: match invitation.expires_at.0 > now {
            true => Badge::new(Tone::Neutral, t("ends {when}").with("when", end.relative())),
            false => Badge::new(Tone::Warning, t("expired")),
        },
    }
}
