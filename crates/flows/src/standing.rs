use std::collections::BTreeSet;
use std::sync::Arc;

use postern_domain::{
    Capability, Client, ClientOwner, Consent, Organization, OrganizationId, Organizations, Permit, Refusal,
    Subject, SubjectType, User, UserId,
};
use postern_storage::organizations;

use crate::claims::Claims;
use crate::client_auth::CLOSED;
use crate::{App, consent, second_factor};

/// What is left right now of something a person allowed a client.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The person.
    pub(crate) user: Arc<User>,
    /// The organization, where the permit speaks for one.
    pub(crate) organization: Option<Arc<Organization>>,
    /// The permit under what the client is registered for.
    pub(crate) permit: Permit,
}

/// Looks at person, client and consent as they are now. Whatever hands out or honours a token goes through here.
///
/// # Errors
/// `invalid_grant` that says what has fallen since; `temporarily_unavailable` or `server_error` if the database fails.
pub(crate) async fn check(
    app: &App,
    client: &Client,
    user: UserId,
    permit: &Permit,
) -> Result<Standing, Refusal> {
    if client.disabled {
        return Err(Refusal::invalid_grant(CLOSED));
    }
    let Some(user) = app.user(user).await?.filter(|user| user.is_active()) else {
        return Err(Refusal::invalid_grant("the account behind it has been closed"));
    };
    let reach = allowed(app, client, &user, permit).await?;
    let (organization, live) = match permit.subject {
        Subject::Organization(id) => {
            let (organization, live) = of_organization(app, id, &user, Capability::Consent).await?;
            if !admits(app, &organization, client).await? {
                return Err(Refusal::invalid_grant("the organization has not approved the app"));
            }
            (Some(organization), live)
        }
        _ => (None, Permit { organizations: reach, ..of_user(app, &user) }),
    };
    let registered = Permit { scopes: live.scopes.intersection(&client.metadata.scopes), ..live };
    Ok(Standing { user, organization, permit: permit.intersect(&registered)? })
}

/// Which organizations the consent behind a permit reaches.
///
/// # Errors
/// `invalid_grant` if there is no such consent any more.
async fn allowed(app: &App, client: &Client, user: &User, permit: &Permit) -> Result<Organizations, Refusal> {
    if client.metadata.trusted {
        return Ok(Organizations::All);
    }
    let covers = |consent: &Arc<Consent>| consent.reaches(&permit.scopes, &permit.claims);
    let mut consent = consent::held(app, user.id, client.id, permit.subject).await?.filter(covers);
    if consent.is_none() {
        consent = consent::read(app, user.id, client.id, permit.subject).await?.filter(covers);
    }
    let consent =
        consent.ok_or_else(|| Refusal::invalid_grant("the consent behind it has been taken back"))?;
    Ok(consent.organizations.clone())
}

/// Whether an organization lets a client have access: where it approves apps first, it has approved this one, or the
/// client is its own.
pub(crate) async fn admits(app: &App, organization: &Organization, client: &Client) -> Result<bool, Refusal> {
    if !organization.policy.apps_need_approval || client.owner == ClientOwner::Organization(organization.id) {
        return Ok(true);
    }
    app.has_approved(organization.id, client.id).await
}

/// What a client's permit for a person reaches when the organizations are left out that do not let the client in, or in which
/// the person cannot act without a second factor, and which organizations that rests on.
pub(crate) async fn within_admitting(
    app: &App,
    client: &Client,
    mut permit: Permit,
) -> Result<(Permit, Vec<OrganizationId>), Refusal> {
    let Subject::User(user) = permit.subject else { return Ok((permit, Vec::new())) };
    if !app.catalogue.reaches_organizations(&permit.scopes) {
        return Ok((permit, Vec::new()));
    }
    let (mut admitting, mut rests_on) = (BTreeSet::new(), Vec::new());
    for (organization, _) in organizations::of_user(&app.db, user).await? {
        if permit.organizations.contains(organization.id) {
            rests_on.push(organization.id);
            if admits(app, &organization, client).await?
                && !second_factor::is_missing(app, &organization, user).await?
            {
                admitting.insert(organization.id);
            }
        }
    }
    if admitting.len() < rests_on.len() {
        permit.organizations = Organizations::Only(admitting);
    }
    Ok((permit, rests_on))
}

impl Standing {
    /// What the id_token of a permit within this one says of its subject.
    pub(crate) fn id_token_claims(&self, permit: &Permit) -> Claims<'_> {
        match &self.organization {
            Some(organization) => Claims::of_organization(permit, organization),
            None => Claims::in_id_token(permit, &self.user),
        }
    }
}

/// All that a person may do right now.
pub(crate) fn of_user(app: &App, user: &User) -> Permit {
    Permit::of_user(user.id, app.catalogue.within_reach(SubjectType::User, &user.rights))
}

/// All that may be done right now in the name of an organization by what this person set up there, for which they need
/// `capability`.
///
/// # Errors
/// `invalid_grant` if the organization is gone, or the person may not do this there any more or not without a second factor.
pub(crate) async fn of_organization(
    app: &App,
    id: OrganizationId,
    person: &User,
    capability: Capability,
) -> Result<(Arc<Organization>, Permit), Refusal> {
    let Some(organization) = app.organization(id).await? else {
        return Err(Refusal::invalid_grant("the organization behind it is gone"));
    };
    if !app.role(id, person.id).await?.is_some_and(|role| role.may(capability)) {
        return Err(Refusal::invalid_grant("who set it up may not speak for the organization any more"));
    }
    if second_factor::is_missing(app, &organization, person.id).await? {
        return Err(Refusal::invalid_grant(
            "the organization asks its members for a second factor, and who set it up has none",
        ));
    }
    let scopes = app.catalogue.within_reach(SubjectType::Organization, &BTreeSet::new());
    Ok((organization, Permit::of_organization(id, scopes)))
}
