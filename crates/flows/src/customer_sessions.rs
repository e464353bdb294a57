//! Customer sessions: for an hour, a customer's own credential, which the organization's software hands to them.

use postern_domain::audit::{Action, Target};
use postern_domain::{
    Capability, Customer, CustomerId, Lifetime, OrganizationId, Permit, Refusal, Scopes, Timestamp, TokenId,
    TokenKind, TokenText,
};
use postern_storage::customers;
use postern_storage::tokens::{self, Token};
use serde_json::json;

use crate::audit::{self, Entry};
use crate::{Actor, App};

const SCOPE: &str = "customer_sessions:write";
const LIFETIME: Lifetime = Lifetime::seconds(3_600);
/// What a customer session opens.
const OPENS: [&str; 2] = ["customer_portal:read", "customer_portal:write"];

/// Which customer is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which<'a> {
    /// `customer_id`
    Id(CustomerId),
    /// `external_customer_id`
    ExternalId(&'a str),
}

/// A session that was just made.
#[derive(Clone, Debug)]
pub struct CustomerSession {
    /// Its value, to be handed out this once.
    pub token: TokenText,
    /// Its id.
    pub id: TokenId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub customer: Customer,
}

/// Makes a session for a customer of an organization.
///
/// # Errors
/// `not_found` if there is no such customer, or it is another organization's; those of [`Actor::may`].
pub async fn create(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    which: Which<'_>,
) -> Result<CustomerSession, Refusal> {
    actor.may(app, organization, Capability::ManageCustomers, SCOPE).await?;
    let found = match which {
        Which::Id(id) => customers::find(&app.db, id).await?,
        Which::ExternalId(id) => customers::find_by_external_id(&app.db, organization, id).await?,
    };
    let customer = found.filter(|found| found.organization_id == organization).ok_or_else(gone)?;
    let text = app.new_token(TokenKind::CustomerSession);
    let (token, expires_at) = token(app, &text, &customer).await?;
    let id = token.id;
    let target = Target::new("customer", customer.id.0, &customer.email);
    let act = Entry::new(app, actor.by(), Action::CUSTOMER_SESSION_MADE, target)
        .of(organization)
        .after(json!({ "id": id, "expires_at": expires_at }));
    let write: Result<bool, Refusal> = app
        .db
        .write((token, customer.id, act), |tx, (token, customer, act)| {
            Box::pin(async move {
                let is_there = customers::is_there(tx, *customer).await?;
                if is_there {
                    tokens::insert_many(tx, std::slice::from_ref(token)).await?;
                    audit::act(tx, act).await?;
                }
                Ok(is_there)
            })
        })
        .await;
    if !write? {
        return Err(gone());
    }
    tracing::info!(%organization, customer = %customer.id, %id, "a customer session was made");
    Ok(CustomerSession { token: text, id, expires_at, customer })
}

async fn token(app: &App, text: &TokenText, customer: &Customer) -> Result<(Token, Timestamp), Refusal> {
    let organization = app.organization(customer.organization_id).await?.ok_or_else(gone)?;
    let now = app.clock.now();
    // An organization may want its tokens to live shorter than that.
    let longest = organization.policy.max_token_lifetime.unwrap_or(LIFETIME);
    let expires_at = now.plus(LIFETIME.min(longest));
    let scopes: Scopes = OPENS.into_iter().map(str::to_owned).collect();
    let permit =
        Permit { expires_at: Some(expires_at), ..Permit::of_customer(customer.id, organization.id, scopes) };
    let token = Token {
        organization_id: Some(organization.id),
        customer_id: Some(customer.id),
        expires_at: Some(expires_at),
        ..Token::new(app.new_id(), TokenKind::CustomerSession, app.secret_key.hash(text), permit, now)
    };
    Ok((token, expires_at))
}

fn gone() -> Refusal {
    Refusal::not_found("the organization has no such customer")
}

#[cfg(test)]
mod tests;
