//! What a team has in the demo: an organization, an app that works for it, a customer, and scripts with tokens.

use std::sync::Arc;

use postern_domain::{Client, ClientOwner, Organization, Plain, Refusal, Tier, User};
use postern_flows::api_tokens::{self, NewToken, Owner, TokenDraft};
use postern_flows::clients::{self, ClientDraft, Manager, NewClient};
use postern_flows::customers::{self, CustomerDraft};
use postern_flows::organizations::{self, NewOrganization};
use postern_flows::{Actor, App};

/// What of it is told to whoever runs the demo.
pub(super) struct Team {
    /// The app that works for the organization, with its secret.
    pub(super) client: Client,
    pub(super) secret: Option<Plain>,
    /// The person's token and the organization's.
    pub(super) personal: Plain,
    pub(super) organization: Plain,
}

/// Makes it all in the name of `user`.
pub(super) async fn make(app: &App, user: User, app_url: &str) -> anyhow::Result<Team> {
    let user = Arc::new(user);
    let actor = Actor::signed_in(app, &user);
    let new = NewOrganization { name: "Acme Labs".to_owned(), slug: "acme".to_owned() };
    let acme = organizations::create(app, &actor, &new, user.id).await?;
    restrict(app, &acme).await?;
    let customer = CustomerDraft {
        email: "mary@example.com".to_owned(),
        name: "Mary Somerville".to_owned(),
        external_id: "cus_1042".to_owned(),
        metadata: [("plan".to_owned(), "observatory".to_owned())].into(),
    };
    customers::create(app, &actor, acme.id, &customer).await?;
    let draft = ClientDraft {
        name: "Ledgerly for teams".to_owned(),
        redirect_uris: vec![format!("{app_url}/callback")],
        scopes: words("openid profile offline_access customers:read products:read orders:read"),
        homepage_url: app_url.to_owned(),
        ..ClientDraft::blank()
    };
    let new = NewClient { draft, owner: ClientOwner::Organization(acme.id), identifier: None, secret: None };
    let registered = clients::create(app, Manager::Actor(&actor), new).await?;
    let token = |owner, name: &str, scopes| {
        let draft = TokenDraft { name: name.to_owned(), scopes: words(scopes), ..TokenDraft::blank() };
        api_tokens::make(app, &actor, NewToken { owner, draft })
    };
    let personal = token(Owner::User(user.id), "Nightly report", "user:read organizations:read").await?;
    let own = token(Owner::Organization(acme.id), "Import", "customers:read customer_sessions:write").await?;
    Ok(Team {
        client: registered.client,
        secret: registered.secret,
        personal: personal.value,
        organization: own.value,
    })
}

/// Gives an organization the tier whose limit a script meets within a minute.
async fn restrict(app: &App, acme: &Organization) -> Result<(), Refusal> {
    let restricted = Organization { tier: Tier::Restricted, ..acme.clone() };
    let write = app.db.write(restricted, |tx, acme| {
        Box::pin(async move { Ok::<_, Refusal>(postern_storage::organizations::update(tx, acme).await?) })
    });
    write.await.map(|_was_there| ())
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}
