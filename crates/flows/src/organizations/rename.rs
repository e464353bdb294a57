use postern_domain::audit::Action;
use postern_domain::{Capability, Organization, OrganizationId, PersonName, Slug};
use postern_storage::{StorageError, organizations};

use super::acts;
use super::create::{name, slug_taken};
use super::find::gone;
use crate::audit::{self, Entry};
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
    let known = app.organization(organization).await?.ok_or_else(gone)?;
    let act = acts::entry(app, actor, Action::ORGANIZATION_RENAMED, &known);
    let input = (organization, name, slug, app.clock.now(), act);
    let renamed: Result<Option<Organization>, StorageError> = app
        .db
        .write(input, |tx, input: &(OrganizationId, PersonName, Slug, _, Entry)| {
            let (id, name, slug, now, act) = input;
            Box::pin(async move {
                let Some(before) = organizations::find_now(tx, *id).await? else { return Ok(None) };
                let described = acts::facts(&before);
                let renamed =
                    Organization { name: name.clone(), slug: slug.clone(), updated_at: *now, ..before };
                organizations::update(tx, &renamed).await?;
                audit::act(tx, &act.clone().changed(described, acts::facts(&renamed))).await?;
                Ok(Some(renamed))
            })
        })
        .await;
    match renamed {
        Ok(renamed) => Ok(renamed.ok_or_else(gone)?),
        Err(error) => Err(slug_taken(error, false)),
    }
}
