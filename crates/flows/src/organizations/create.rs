use postern_domain::audit::Action;
use postern_domain::{
    Organization, OrganizationPolicy, Organizations, PersonName, Refusal, Slug, Tier, UserId,
};
use postern_storage::{StorageError, organizations};

use super::acts;
use crate::{Actor, App, FieldErrors, FormRefusal, audit};

/// Most organizations that one person can own. Operators make as many as they like.
const MOST_OWNED: usize = 100;

/// An organization as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewOrganization {
    /// `name`
    pub name: String,
    /// `slug`; an empty one is made from the name.
    pub slug: String,
}

/// Makes an organization of which `owner` is the first owner.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `insufficient_scope` without `organizations:write`; `forbidden` for a
/// credential that is limited to some organizations; `conflict` if they own as many as one may.
pub async fn create(
    app: &App,
    actor: &Actor,
    new: &NewOrganization,
    owner: UserId,
) -> Result<Organization, FormRefusal> {
    actor.is(owner, "organizations:write")?;
    if let Some(permit) = actor.permit() {
        if permit.organizations != Organizations::All {
            let told = "this credential is limited to some organizations, so it cannot make another one";
            return Err(Refusal::forbidden(told).into());
        }
        let owned = organizations::of_user(&app.db, owner).await?;
        if owned.iter().filter(|(_, role)| *role == postern_domain::Role::Owner).count() >= MOST_OWNED {
            let told = format!("one person can own {MOST_OWNED} organizations here; delete or hand over one");
            return Err(Refusal::conflict(told).into());
        }
    }
    let mut errors = FieldErrors::none();
    let name = name(&new.name, &mut errors);
    let slug = slug(new, &mut errors);
    let (Some(name), Some(slug), true) = (name, slug, errors.is_empty()) else { return Err(errors.into()) };
    let now = app.clock.now();
    let organization = Organization {
        id: app.new_id(),
        slug,
        name,
        policy: OrganizationPolicy::default(),
        tier: Tier::Default,
        created_at: now,
        updated_at: now,
    };
    let act =
        acts::entry(app, actor, Action::ORGANIZATION_MADE, &organization).after(acts::facts(&organization));
    let input = (organization.clone(), app.new_id(), owner, act);
    let made: Result<(), StorageError> = app
        .db
        .write(input, |tx, (organization, membership, owner, act)| {
            Box::pin(async move {
                organizations::insert(tx, organization, *membership, *owner).await?;
                audit::act(tx, act).await
            })
        })
        .await;
    made.map_err(|error| slug_taken(error, new.slug.trim().is_empty()))?;
    tracing::info!(organization = %organization.id, "an organization was made");
    Ok(organization)
}

/// The name, which nobody can leave empty.
pub(super) fn name(typed: &str, errors: &mut FieldErrors) -> Option<PersonName> {
    if typed.trim().is_empty() {
        errors.add("name", "Give the organization a name.");
        return None;
    }
    errors.take("name", PersonName::parse(typed))
}

fn slug(new: &NewOrganization, errors: &mut FieldErrors) -> Option<Slug> {
    if !new.slug.trim().is_empty() {
        return errors.take("slug", Slug::parse(&new.slug));
    }
    let suggested = Slug::suggested(&new.name);
    if suggested.is_none() && !new.name.trim().is_empty() {
        errors.add("slug", "Nothing of the name can stand in an address: write one of 2 to 40 small letters, digits or hyphens.");
    }
    suggested
}

/// What is said where another organization has the slug.
pub(super) fn slug_taken(error: StorageError, was_suggested: bool) -> FormRefusal {
    match error {
        StorageError::Taken(_) if was_suggested => {
            FieldErrors::one("slug", "Another organization has the address made from this name. Choose one.")
                .into()
        }
        StorageError::Taken(_) => FieldErrors::one("slug", "Another organization has this address.").into(),
        other => other.into(),
    }
}
