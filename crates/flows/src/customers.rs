//! The customers that organizations keep.

mod draft;

use postern_domain::audit::{Action, Target};
use postern_domain::{Capability, Customer, CustomerId, OrganizationId, Refusal};
use postern_storage::customers::{self, Place, Taken};
use postern_storage::{StorageError, Tx};
use serde_json::{Value, json};

use crate::audit::{self, Entry};
use crate::{Actor, App, FormRefusal, Paging, Slice};

pub use draft::CustomerDraft;

const READ: &str = "customers:read";
const WRITE: &str = "customers:write";
/// Most customers that are counted.
const MOST_COUNTED: u64 = 10_001;
const EMAIL_TAKEN: &str = "another customer of the organization has this e-mail address";
const EXTERNAL_ID_TAKEN: &str = "another customer of the organization has this external id";

/// One part of an organization's customers, the newest first or, where `search` is given, those whose address or name
/// begins with it.
///
/// # Errors
/// Those of [`Actor::may`]; `invalid_request` for a cursor of another list.
pub async fn list(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    search: Option<&str>,
    paging: &Paging,
) -> Result<Slice<Customer>, Refusal> {
    may(app, actor, organization, READ).await?;
    let search = search.map(str::trim).filter(|search| !search.is_empty());
    let list = format!("customers {organization} {}", search.unwrap_or_default());
    let after = paging.after(app, &list)?;
    let after = after.map(|after| after.parse::<Place>()).transpose().map_err(Refusal::invalid_request)?;
    let found =
        customers::list(&app.db, organization, search, after.as_ref(), paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |last| Place::of(last, search).to_string()))
}

/// How many customers an organization has, counted no further than one beyond ten thousand.
///
/// # Errors
/// Those of [`Actor::may`].
pub async fn count(app: &App, actor: &Actor, organization: OrganizationId) -> Result<u64, Refusal> {
    may(app, actor, organization, READ).await?;
    Ok(customers::count(&app.db, organization, MOST_COUNTED).await?)
}

/// A customer of an organization whose customers the actor may see.
///
/// # Errors
/// `not_found` also for another organization's; the others of [`Actor::may`].
pub async fn find(app: &App, actor: &Actor, id: CustomerId) -> Result<Customer, Refusal> {
    of_id(app, actor, id, READ).await
}

/// The customer that an organization knows by an id of its own.
///
/// # Errors
/// `not_found` if there is none; those of [`Actor::may`].
pub async fn find_by_external_id(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    external_id: &str,
) -> Result<Customer, Refusal> {
    may(app, actor, organization, READ).await?;
    customers::find_by_external_id(&app.db, organization, external_id).await?.ok_or_else(gone)
}

/// Adds a customer to an organization.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `conflict` if its address or external id is another customer's of the
/// organization; those of [`Actor::may`].
pub async fn create(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    draft: &CustomerDraft,
) -> Result<Customer, FormRefusal> {
    may(app, actor, organization, WRITE).await?;
    let facts = draft.check()?;
    let now = app.clock.now();
    let customer = Customer {
        id: app.new_id(),
        organization_id: organization,
        external_id: facts.external_id,
        email: facts.email,
        name: facts.name,
        metadata: facts.metadata,
        created_at: now,
        updated_at: now,
    };
    let act = entry(app, actor, Action::CUSTOMER_MADE, &customer).after(facts_of(&customer));
    let write: Result<(), StorageError> = app
        .db
        .write((customer.clone(), act), |tx, (customer, act)| {
            Box::pin(async move {
                customers::insert(tx, customer).await?;
                audit::act(tx, act).await
            })
        })
        .await;
    write.map_err(refusal)?;
    tracing::info!(%organization, customer = %customer.id, "a customer was added");
    Ok(customer)
}

/// Replaces what is known of a customer.
///
/// # Errors
/// Those of [`create`], and `not_found`.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    draft: &CustomerDraft,
) -> Result<Customer, FormRefusal> {
    let seen = of_id(app, actor, id, WRITE).await?;
    let facts = draft.check()?;
    let customer = Customer {
        external_id: facts.external_id,
        email: facts.email,
        name: facts.name,
        metadata: facts.metadata,
        updated_at: app.clock.now(),
        ..seen.clone()
    };
    let act =
        entry(app, actor, Action::CUSTOMER_CHANGED, &customer).changed(facts_of(&seen), facts_of(&customer));
    let write: Result<bool, StorageError> = app
        .db
        .write((customer.clone(), seen, act), |tx, (customer, seen, act)| {
            Box::pin(async move {
                let is_done = customers::update(tx, customer, seen).await?;
                if is_done {
                    audit::act(tx, act).await?;
                }
                Ok(is_done)
            })
        })
        .await;
    if !write.map_err(refusal)? {
        let changed = "the customer was changed or deleted meanwhile; look at it again";
        return Err(Refusal::conflict(changed).into());
    }
    Ok(customer)
}

/// Deletes a customer. Its sessions end at once.
///
/// # Errors
/// `not_found` also for another organization's; the others of [`Actor::may`].
pub async fn delete(app: &App, actor: &Actor, id: CustomerId) -> Result<Customer, Refusal> {
    let customer = of_id(app, actor, id, WRITE).await?;
    let act = entry(app, actor, Action::CUSTOMER_DELETED, &customer).before(facts_of(&customer));
    let write = app.db.write((id, act), |tx, (id, act)| Box::pin(delete_in(tx, *id, act)));
    if !write.await? {
        return Err(gone());
    }
    tracing::info!(organization = %customer.organization_id, customer = %id, "a customer was deleted");
    Ok(customer)
}

/// The field of a customer's form that a conflict is about, if it is about one.
pub fn field_of_conflict(refusal: &Refusal) -> Option<&'static str> {
    match &*refusal.description {
        EMAIL_TAKEN => Some("email"),
        EXTERNAL_ID_TAKEN => Some("external_id"),
        _ => None,
    }
}

async fn delete_in(tx: &Tx, id: CustomerId, act: &Entry) -> Result<bool, Refusal> {
    let was_there = customers::delete(tx, id).await?;
    if was_there {
        audit::act(tx, act).await?;
    }
    Ok(was_there)
}

/// That somebody did something to a customer.
fn entry(app: &App, actor: &Actor, action: Action, customer: &Customer) -> Entry {
    let target = Target::new("customer", customer.id.0, &customer.email);
    Entry::new(app, actor.by(), action, target).of(customer.organization_id)
}

/// What a customer is. What else the organization keeps about them stays where it is.
fn facts_of(customer: &Customer) -> Value {
    json!({ "email": customer.email, "name": customer.name, "external_id": customer.external_id })
}

async fn may(app: &App, actor: &Actor, organization: OrganizationId, scope: &str) -> Result<(), Refusal> {
    actor.may(app, organization, Capability::ManageCustomers, scope).await
}

async fn of_id(app: &App, actor: &Actor, id: CustomerId, scope: &str) -> Result<Customer, Refusal> {
    actor.holds(scope)?;
    let customer = customers::find(&app.db, id).await?.ok_or_else(gone)?;
    if actor.role(app, customer.organization_id).await?.is_none() {
        return Err(gone());
    }
    may(app, actor, customer.organization_id, scope).await?;
    Ok(customer)
}

fn refusal(error: StorageError) -> Refusal {
    match Taken::of(&error) {
        Some(Taken::Email) => Refusal::conflict(EMAIL_TAKEN),
        Some(Taken::ExternalId) => Refusal::conflict(EXTERNAL_ID_TAKEN),
        None => error.into(),
    }
}

/// The answer where there is no such customer, or it is another organization's.
fn gone() -> Refusal {
    Refusal::not_found("there is no such customer; it may have been deleted")
}

#[cfg(test)]
mod tests;
