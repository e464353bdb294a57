use std::sync::Arc;

use postern_domain::audit::Action;
use postern_domain::{
    Capability, Client, Lifetime, Organization, OrganizationId, OrganizationPolicy, Refusal, Timestamp, User,
};
use postern_storage::tokens::{self, Token};
use postern_storage::{consents, organizations};

use super::acts;
use super::find::gone;
use super::overview::COUNTED;
use crate::audit::{self, Entry};
use crate::{Actor, App, FieldErrors, FormRefusal, standing};

/// Shortest lifetime that a policy can set.
const SHORTEST: Lifetime = Lifetime::seconds(3_600);
/// How many tokens and apps are looked at for what a change would do to them.
const SHOWN: u64 = 100;
/// How many members are named who would be kept out.
const NAMED: usize = 100;

/// A policy as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyDraft {
    /// Such as `90d`; empty leaves it to the instance.
    pub max_token_lifetime: String,
    /// Whether apps need approval.
    pub apps_need_approval: bool,
    /// Whether members need a second factor.
    pub members_need_second_factor: bool,
}

/// What a change of policy would do to what works now.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The organization's own tokens that would end sooner than they do now.
    pub tokens: Vec<Token>,
    /// When they would end.
    pub end: Option<Timestamp>,
    /// The apps that would lose their access at once.
    pub apps: Vec<Arc<Client>>,
    /// The members who could do nothing any more until they set up a second factor, those who are there longest first.
    pub members: Vec<Arc<User>>,
    /// How many of them there are, and of how many; counted no further than ten thousand.
    pub members_of_all: (u64, u64),
}

impl Effects {
    /// Whether nothing changes for anything that works now.
    pub fn is_none(&self) -> bool {
        self.tokens.is_empty() && self.apps.is_empty() && self.members.is_empty()
    }
}

/// What would change if this were the policy.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; those of [`Actor::may`] for `organizations:write`.
pub async fn effects(
    app: &App,
    actor: &Actor,
    organization: &Organization,
    draft: &PolicyDraft,
) -> Result<Effects, FormRefusal> {
    actor.may(app, organization.id, Capability::SetPolicy, "organizations:write").await?;
    let policy = read(app, actor, &organization.policy, draft).await?;
    let now = app.clock.now();
    let mut effects = Effects::default();
    if let Some(most) = policy.max_token_lifetime {
        let end = now.plus(most);
        effects.tokens = tokens::ending_after(&app.db, organization.id, end, now, SHOWN).await?;
        effects.end = Some(end);
    }
    if policy.members_need_second_factor && !organization.policy.members_need_second_factor {
        let lacking = organizations::without_second_factor(&app.db, organization.id, COUNTED).await?;
        let (all, _) = organizations::count_members(&app.db, organization.id, COUNTED).await?;
        effects.members_of_all = (lacking.len() as u64, all);
        for user in lacking.into_iter().take(NAMED) {
            effects.members.extend(app.user(user).await?);
        }
    }
    let after = Organization { policy, ..organization.clone() };
    for (client, _) in consents::clients_of_organization(&app.db, organization.id, SHOWN).await? {
        let Some(client) = app.client_by_id(client).await? else { continue };
        if !standing::admits(app, &after, &client).await?
            && standing::admits(app, organization, &client).await?
        {
            effects.apps.push(client);
        }
    }
    Ok(effects)
}

/// Sets what an organization demands. It holds at once: tokens that would live longer end sooner, apps without approval have
/// no access, and members without a second factor can do nothing there.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; those of [`Actor::may`] for `organizations:write`.
pub async fn set_policy(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    draft: &PolicyDraft,
) -> Result<Organization, FormRefusal> {
    actor.may(app, organization, Capability::SetPolicy, "organizations:write").await?;
    let known = app.organization(organization).await?.ok_or_else(gone)?;
    let policy = read(app, actor, &known.policy, draft).await?;
    let act = acts::entry(app, actor, Action::ORGANIZATION_POLICY_SET, &known);
    let input = (organization, policy, app.clock.now(), act);
    let changed: Result<Organization, Refusal> = app
        .db
        .write(input, |tx, input: &(OrganizationId, OrganizationPolicy, Timestamp, Entry)| {
            let (id, policy, now, act) = input;
            Box::pin(async move {
                let before = organizations::find_now(tx, *id).await?.ok_or_else(gone)?;
                let described = acts::facts(&before);
                let changed = Organization { policy: policy.clone(), updated_at: *now, ..before };
                organizations::update(tx, &changed).await?;
                audit::act(tx, &act.clone().changed(described, acts::facts(&changed))).await?;
                if let Some(most) = policy.max_token_lifetime {
                    tokens::shorten_of_organization(tx, *id, now.plus(most), *now).await?;
                }
                Ok(changed)
            })
        })
        .await;
    let changed = changed?;
    tracing::info!(%organization, "the policy of an organization was changed");
    Ok(changed)
}

/// What was typed. A lifetime beyond the server's own would promise what no token gets; one that stands already may stay, so
/// that the rest can be changed.
async fn read(
    app: &App,
    actor: &Actor,
    before: &OrganizationPolicy,
    draft: &PolicyDraft,
) -> Result<OrganizationPolicy, FormRefusal> {
    const FIELD: &str = "max_token_lifetime";
    let typed = draft.max_token_lifetime.trim();
    let mut errors = FieldErrors::none();
    let mut max_token_lifetime = None;
    if !typed.is_empty() {
        max_token_lifetime = errors.take(FIELD, typed.parse::<Lifetime>());
        if max_token_lifetime.is_some_and(|most| most < SHORTEST) {
            errors.add(FIELD, format!("Write at least {SHORTEST}, or leave it empty for the server's own."));
        }
        if let (Some(most), Some(cap)) = (max_token_lifetime, app.config.tokens.max_lifetime)
            && most > cap
            && before.max_token_lifetime != Some(most)
        {
            errors.add(FIELD, format!("This server allows {cap} at most. Write no more, or leave it empty."));
        }
    }
    let is_new = draft.members_need_second_factor && !before.members_need_second_factor;
    if is_new
        && let Some(person) = actor.person()
        && !app.has_second_factor(person.id).await?
    {
        // Whoever asks it of others would be the first to be kept out.
        errors.add("members_need_second_factor", "Set up a second step of your own first.");
    }
    errors.into_result()?;
    Ok(OrganizationPolicy {
        max_token_lifetime,
        apps_need_approval: draft.apps_need_approval,
        members_need_second_factor: draft.members_need_second_factor,
    })
}
