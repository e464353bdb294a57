use std::collections::BTreeSet;
use std::sync::Arc;

use postern_domain::{
    Capability, Client, Consent, Organization, OrganizationId, Permit, Refusal, Subject, SubjectType, User,
    UserId,
};

use crate::claims::Claims;
use crate::client_auth::CLOSED;
use crate::{App, consent};

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
    if !client.metadata.trusted {
        let covers = |consent: Option<Arc<Consent>>| {
            consent.is_some_and(|consent| permit.scopes.is_subset(&consent.scopes))
        };
        let subject = permit.subject;
        if !covers(consent::held(app, user.id, client.id, subject).await?)
            && !covers(consent::read(app, user.id, client.id, subject).await?)
        {
            return Err(Refusal::invalid_grant("the consent behind it has been taken back"));
        }
    }
    let (organization, live) = match permit.subject {
        Subject::Organization(id) => {
            let (organization, live) = of_organization(app, id, &user, Capability::Consent).await?;
            (Some(organization), live)
        }
        _ => (None, of_user(app, &user)),
    };
    let registered = Permit { scopes: live.scopes.intersection(&client.metadata.scopes), ..live };
    Ok(Standing { user, organization, permit: permit.intersect(&registered)? })
}

impl Standing {
    /// What a permit within this one says of its subject.
    pub(crate) fn claims(&self, permit: &Permit) -> Claims<'_> {
        match &self.organization {
            Some(organization) => Claims::of_organization(permit, organization),
            None => Claims::of_user(permit, &self.user),
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
/// `invalid_grant` if the organization is gone or the person may not do this there any more.
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
    let scopes = app.catalogue.within_reach(SubjectType::Organization, &BTreeSet::new());
    Ok((organization, Permit::of_organization(id, scopes)))
}
