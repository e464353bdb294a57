use postern_domain::audit::{Action, Target};
use postern_domain::{Client, Organization, OrganizationId, UserId};
use serde_json::{Value, json};

use crate::audit::Entry;
use crate::{Actor, App};

/// That somebody did something to an organization.
pub(super) fn entry(app: &App, actor: &Actor, action: Action, organization: &Organization) -> Entry {
    let target = Target::new("organization", organization.id.0, &organization.slug);
    Entry::new(app, actor.by(), action, target).of(organization.id)
}

/// That somebody did something to a member.
pub(super) async fn on_member(
    app: &App,
    actor: &Actor,
    action: Action,
    organization: OrganizationId,
    user: UserId,
) -> Result<Entry, postern_domain::Refusal> {
    let name = app.user(user).await?.map(|user| user.username.to_string()).unwrap_or_default();
    Ok(Entry::new(app, actor.by(), action, Target::new("user", user.0, name)).of(organization))
}

/// That somebody did something to what an app may have of an organization.
pub(super) fn on_app(
    app: &App,
    actor: &Actor,
    action: Action,
    organization: OrganizationId,
    client: &Client,
) -> Entry {
    let target = Target::new("client", client.id.0, &client.metadata.name);
    Entry::new(app, actor.by(), action, target).of(organization)
}

/// What an organization is.
pub(super) fn facts(organization: &Organization) -> Value {
    json!({
        "slug": organization.slug,
        "name": organization.name,
        "tier": organization.tier,
        "max_token_lifetime": organization.policy.max_token_lifetime,
        "apps_need_approval": organization.policy.apps_need_approval,
        "members_need_second_factor": organization.policy.members_need_second_factor,
    })
}
