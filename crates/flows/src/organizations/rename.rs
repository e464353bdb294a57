use postern_domain::{Capability, Organization, OrganizationId, PersonName, Slug};
use postern_storage::{StorageError, organizations};

use super::create::{name, slug_taken};
use super::find::gone;
use crate::{Actor, App, FieldErrors, FormRefusal};

/// Gives an organization another name and slug. Addresses with the old slug lead nowhere from then on.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; those of [`Actor::may`] for `organizations:write`.
pub async fn rename(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    new_name: &str,
    new_slug: &str,
) -> Result<Organization, FormRefusal> {
    actor.may(app, organization, Capability::SetPolicy, "organizations:write").await?;
    let mut errors = FieldErrors::none();
    let name = name(new_name, &mut errors);
    let slug = errors.take("slug", Slug::parse(new_slug));
    let (Some(name), Some(slug), true) = (name, slug, errors.is_empty()) else { return Err(errors.into()) };
    let input = (organization, name, slug, app.clock.now());
    let renamed: Result<Option<Organization>, StorageError> = app
        .db
        .write(input, |tx, (id, name, slug, now): &(OrganizationId, PersonName, Slug, _)| {
            Box::pin(async move {
                let Some(before) = organizations::find_now(tx, *id).await? else { return Ok(None) };
                let renamed =
                    Organization { name: name.clone(), slug: slug.clone(), updated_at: *now, ..before };
                organizations::update(tx, &renamed).await?;
                Ok(Some(renamed))
            })
        })
        .await;
    match renamed {
        Ok(renamed) => Ok(renamed.ok_or_else(gone)?),
        Err(error) => Err(slug_taken(error, false)),
    }
}
