use std::collections::BTreeSet;
use std::sync::Arc;

use postern_domain::{
    Authentication, Capability, Client, Customer, Grant, InstanceRight, Organization, Permit, Refusal,
    SessionId, Subject, SubjectType, TokenKind, User,
};
use postern_storage::tokens::{Token, TokenData};
use uuid::Uuid;

use crate::standing::{self, Standing};
use crate::{App, claims::Claims, second_factor, sessions};

/// Who stands behind a token that works.
#[derive(Clone, Debug)]
pub enum Holder {
    /// An app, by what a person allowed it for themselves or for an organization of theirs.
    App {
        /// The app.
        client: Arc<Client>,
        /// The person who allowed it.
        user: Arc<User>,
        /// The organization it speaks for, if it is not the person.
        organization: Option<Arc<Organization>>,
        /// How the person had signed in when they allowed it.
        authentication: Authentication,
    },
    /// A script of a person's.
    User(Arc<User>),
    /// A script of an organization's.
    Organization {
        /// The organization.
        organization: Arc<Organization>,
        /// Who made the token, and may still do so.
        maker: Arc<User>,
    },
    /// A page in the browser of somebody who is signed in.
    Session {
        /// The person.
        user: Arc<User>,
        /// The session, with which the token ends, and how they signed in.
        authentication: Authentication,
    },
    /// A customer.
    Customer {
        /// Whose customer it is.
        organization: Arc<Organization>,
        /// The customer.
        customer: Arc<Customer>,
    },
}

impl Holder {
    /// The app the token was issued to, if it was issued to one.
    pub fn client(&self) -> Option<&Arc<Client>> {
        match self {
            Self::App { client, .. } => Some(client),
            Self::User(_) | Self::Session { .. } | Self::Organization { .. } | Self::Customer { .. } => None,
        }
    }

    /// The person who is answerable for what is done: who allowed the app, or made the token.
    pub fn person(&self) -> Option<&Arc<User>> {
        match self {
            Self::App { user, .. }
            | Self::User(user)
            | Self::Session { user, .. }
            | Self::Organization { maker: user, .. } => Some(user),
            Self::Customer { .. } => None,
        }
    }

    /// The organization the token speaks for, or whose customer it speaks for.
    pub fn organization(&self) -> Option<&Arc<Organization>> {
        match self {
            Self::App { organization, .. } => organization.as_ref(),
            Self::Organization { organization, .. } | Self::Customer { organization, .. } => {
                Some(organization)
            }
            Self::User(_) | Self::Session { .. } => None,
        }
    }

    /// The session whose page it is.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Session { authentication, .. } => Some(authentication.session_id),
            _ => None,
        }
    }

    /// How the person had signed in through whom the token came to be, if one did: scripts and customers have not.
    pub const fn authentication(&self) -> Option<&Authentication> {
        match self {
            Self::App { authentication, .. } | Self::Session { authentication, .. } => Some(authentication),
            Self::User(_) | Self::Organization { .. } | Self::Customer { .. } => None,
        }
    }

    /// What userinfo says about whoever `permit` speaks for; customers have no claims.
    pub(super) fn claims(&self, permit: &Permit) -> Option<Claims<'_>> {
        match self {
            Self::App { organization: Some(organization), .. } | Self::Organization { organization, .. } => {
                Some(Claims::of_organization(permit, organization))
            }
            Self::App { user, organization: None, .. } | Self::User(user) | Self::Session { user, .. } => {
                Some(Claims::at_userinfo(permit, user))
            }
            Self::Customer { .. } => None,
        }
    }

    /// What a verdict on a token of this holder rests on, besides the token itself.
    pub(super) fn rests_on(&self) -> impl Iterator<Item = Uuid> {
        let client = self.client().map(|client| client.id.0);
        let person = self.person().map(|person| person.id.0);
        let organization = self.organization().map(|organization| organization.id.0);
        let customer = match self {
            Self::Customer { customer, .. } => Some(customer.id.0),
            _ => None,
        };
        let session = self.session().map(|session| session.0);
        [client, person, organization, customer, session].into_iter().flatten()
    }
}

/// Who stands behind a token that is itself live, and what it may do as things stand now.
///
/// # Errors
/// `invalid_grant` that says what has fallen since it was made; `temporarily_unavailable` or `server_error` if that
/// cannot be found out.
pub(super) async fn holder(
    app: &App,
    token: &Token,
    grant: Option<&Grant>,
) -> Result<(Holder, Permit), Refusal> {
    match token.kind {
        TokenKind::Personal => personal(app, token).await,
        TokenKind::Organization => organization(app, token).await,
        TokenKind::CustomerSession => customer(app, token).await,
        TokenKind::SessionApi => session(app, token).await,
        _ => of_app(app, token, grant).await,
    }
}

async fn of_app(app: &App, token: &Token, grant: Option<&Grant>) -> Result<(Holder, Permit), Refusal> {
    let Some(grant) = grant else { return Err(gone("what it came from")) };
    let client = app.client_by_id(grant.client_id).await?.ok_or_else(|| gone("the client"))?;
    let Standing { user, organization, permit } =
        standing::check(app, &client, grant.user_id, &token.permit).await?;
    let authentication = grant.authentication.clone();
    Ok((Holder::App { client, user, organization, authentication }, permit))
}

async fn personal(app: &App, token: &Token) -> Result<(Holder, Permit), Refusal> {
    let user = person(app, token).await?;
    let mut live = standing::of_user(app, &user);
    if let Some(maker) = token.api().and_then(|api| api.created_by).filter(|maker| *maker != user.id) {
        // Somebody else knows the value: it brings no right that they have not.
        let maker = app.user(maker).await?.filter(|maker| maker.is_active());
        let has = |right| maker.as_ref().is_some_and(|maker| maker.rights.contains(right));
        let beyond = InstanceRight::ALL.iter().filter(|right| !has(right));
        live.scopes = live.scopes.difference(&beyond.map(|right| right.scope().to_owned()).collect());
    }
    let permit = held(token, live)?;
    Ok((Holder::User(user), permit))
}

async fn organization(app: &App, token: &Token) -> Result<(Holder, Permit), Refusal> {
    let maker = person(app, token).await?;
    let Subject::Organization(id) = token.permit.subject else { return Err(gone("the organization")) };
    let (organization, live) = standing::of_organization(app, id, &maker, Capability::ManageTokens).await?;
    Ok((Holder::Organization { organization, maker }, held(token, live)?))
}

async fn customer(app: &App, token: &Token) -> Result<(Holder, Permit), Refusal> {
    let Subject::Customer(id) = token.permit.subject else { return Err(gone("the customer")) };
    let customer = app.customer(id).await?.ok_or_else(|| gone("the customer"))?;
    let organization =
        app.organization(customer.organization_id).await?.ok_or_else(|| gone("the organization"))?;
    let scopes = app.catalogue.within_reach(SubjectType::Customer, &BTreeSet::new());
    let live = Permit::of_customer(id, organization.id, scopes);
    let permit = token.permit.intersect(&live)?;
    Ok((Holder::Customer { organization, customer }, permit))
}

async fn session(app: &App, token: &Token) -> Result<(Holder, Permit), Refusal> {
    let user = person(app, token).await?;
    let Some(TokenData::SessionApi(id)) = token.data else { return Err(gone("the session")) };
    let found = sessions::living(app, id).await?.filter(|(session, _)| session.user_id == user.id);
    let Some((session, end)) = found else { return Err(gone("the session")) };
    if second_factor::owed(app, &user, &session).await?.is_some() {
        return Err(Refusal::invalid_grant("the person has to set up a second factor first"));
    }
    let end = token.expires_at.map_or(end, |own| own.min(end));
    let permit = Permit { expires_at: Some(end), ..standing::of_user(app, &user) };
    let authentication =
        Authentication { session_id: session.id, auth_time: session.auth_time, amr: session.amr };
    Ok((Holder::Session { user, authentication }, permit))
}

/// What a token holds of what its owner may do: all of it, or what its permit names.
fn held(token: &Token, live: Permit) -> Result<Permit, Refusal> {
    match token.api() {
        Some(api) if api.everything => {
            Ok(Permit { expires_at: token.expires_at, limits: token.permit.limits.clone(), ..live })
        }
        _ => token.permit.intersect(&live),
    }
}

async fn person(app: &App, token: &Token) -> Result<Arc<User>, Refusal> {
    let user = match token.user_id {
        Some(id) => app.user(id).await?,
        None => None,
    };
    user.filter(|user| user.is_active())
        .ok_or_else(|| Refusal::invalid_grant("the account behind it has been closed"))
}

fn gone(what: &str) -> Refusal {
    Refusal::invalid_grant(format!("{what} is gone"))
}
