//! Consent: what a person has allowed a client before, what they are asked, and what they decide.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{
    Client, ClientId, ClientOwner, Consent, GrantName, Lifetime, Prompt, Refusal, Scopes, Subject, Timestamp,
    User, UserId,
};
use postern_storage::consents;

use crate::App;
use crate::authorize::{Asked, Checked, Next, Outcome, Person, Ready, Unreturnable, answer, evaluate};

const PURPOSE: &str = "consent";

/// What a person has allowed a client before, and whether that is enough for a request.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) consent: Option<Arc<Consent>>,
    pub(crate) suffices: bool,
}

/// What a person is asked.
#[derive(Debug)]
pub struct Ask {
    /// Who asks.
    pub client: Arc<Client>,
    /// Who made it, if a person did.
    pub publisher: Option<String>,
    /// Where the answer goes, as people are told it.
    pub redirect_host: String,
    /// The redirect URI, to which the page's form leads in the end.
    pub redirect_uri: String,
    /// Whether it is certain that the client is there (RFC 8252 section 8.6).
    pub is_provably_the_clients: bool,
    /// What is asked for, in the order and groups of the catalogue.
    pub groups: Vec<AskedGroup>,
    /// When this person last allowed this client something.
    pub last_allowed: Option<Timestamp>,
    /// How long the client keeps it.
    pub keeps: Keeps,
    /// The query of the request.
    pub query: String,
    /// The request, to be sent back by the form as it is.
    pub request: String,
    /// The own path under which the request goes on, for those who want to sign in as somebody else.
    pub return_to: String,
}

/// Scopes under one heading.
#[derive(Debug)]
pub struct AskedGroup {
    /// The heading.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<AskedScope>,
}

/// A scope in words.
#[derive(Debug)]
pub struct AskedScope {
    /// What it allows, in a few words.
    pub label: String,
    /// The same in a sentence.
    pub description: String,
    /// Whether it was not allowed before.
    pub is_new: bool,
}

/// How long a client keeps what it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// From now on.
    For(Lifetime),
    /// As long as it does not leave it unused for so long.
    UntilUnusedFor(Lifetime),
}

/// The consent of a person to a client for a subject, from memory where that is fresh.
pub(crate) async fn held(
    app: &App,
    user: UserId,
    client: ClientId,
    subject: Subject,
) -> Result<Option<Arc<Consent>>, Refusal> {
    let key = (user, client, subject);
    if let Some(held) = app.live.consents.get(app.db.epochs(), &key) {
        return Ok(held);
    }
    read(app, user, client, subject).await
}

/// The same whatever memory says: what was allowed on another node a moment ago is not in it yet, and a "no" because of
/// that would break a flow that goes over both.
pub(crate) async fn read(
    app: &App,
    user: UserId,
    client: ClientId,
    subject: Subject,
) -> Result<Option<Arc<Consent>>, Refusal> {
    let key = (user, client, subject);
    let since = app.db.epochs().now();
    let held = consents::find(&app.db, user, client, subject).await?.map(Arc::new);
    app.live.consents.insert(key, held.clone(), since, &[user.0, client.0]);
    Ok(held)
}

/// What was allowed before, and whether the person need not be asked again: the client is trusted, or the same host was
/// allowed at least as much. Where anybody could be listening, and where the client wants it, they are asked every time.
pub(crate) async fn remembered(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    user: &User,
) -> Result<Remembered, Refusal> {
    let (client, redirect_uri) = (&checked.client, checked.return_to.registered());
    let consent = held(app, user.id, client.id, Subject::User(user.id)).await?;
    let allowed = client.metadata.trusted
        || redirect_uri.is_provably_the_clients()
            && consent
                .as_ref()
                .is_some_and(|consent| consent.covers(&asked.scopes, &redirect_uri.display_host()));
    Ok(Remembered { consent, suffices: allowed && !asked.prompts.contains(Prompt::Consent) })
}

/// The question for this person; where no page may be shown, that there would have to be one.
pub(crate) async fn ask(app: &App, ready: &Ready, person: Person<'_>) -> Next {
    if ready.asked.is_quiet() {
        let refusal = Refusal::consent_required("the person has to allow it");
        return Next::Return(ready.checked.return_to.refuse(refusal));
    }
    Next::Consent(Box::new(question(app, ready, person).await))
}

async fn question(app: &App, ready: &Ready, person: Person<'_>) -> Ask {
    let Ready { checked, asked, remembered } = ready;
    let client = Arc::clone(&checked.client);
    let redirect_uri = checked.return_to.registered();
    let publisher = match client.owner {
        ClientOwner::User(id) => app.user(id).await.ok().flatten().map(|owner| owner.name.to_string()),
        ClientOwner::Organization(_) | ClientOwner::Instance => None,
    };
    let query = checked.query();
    let mark = app.secret_key.mark(PURPOSE, &shown(ready, person, &query));
    let before = remembered.consent.as_ref();
    Ask {
        publisher,
        redirect_host: redirect_uri.display_host(),
        redirect_uri: checked.return_to.uri().to_owned(),
        is_provably_the_clients: redirect_uri.is_provably_the_clients(),
        groups: groups(app, &asked.scopes, before.map(|consent| &consent.scopes)),
        last_allowed: before.map(|consent| consent.updated_at),
        keeps: keeps(app, &client),
        request: format!("{}.{query}", URL_SAFE_NO_PAD.encode(mark)),
        return_to: checked.path(),
        query,
        client,
    }
}

/// Takes what a person decided on the consent page: `request` is what the page's form sent back. Everything is checked
/// again from the start, for the session that decides, and an "allow" counts only for what that session was shown.
///
/// # Errors
/// [`Unreturnable`] if the client or its redirect URI does not hold, or the form is not of such a page.
pub async fn decide(
    app: &App,
    request: &str,
    allows: bool,
    person: Option<Person<'_>>,
) -> Result<Next, Unreturnable> {
    let now = app.clock.now();
    let (mark, query) = request
        .split_once('.')
        .and_then(|(mark, query)| Some((URL_SAFE_NO_PAD.decode(mark).ok()?, query)))
        .ok_or_else(|| {
            Unreturnable::of_person(Refusal::invalid_request(
                "the form is not of a consent page; go back to the app and begin again",
            ))
        })?;
    let (ready, person) = match (evaluate(app, query, person, now).await?, person) {
        (Outcome::Ready(ready), Some(person)) => (ready, person),
        (Outcome::Stops(next), _) => return Ok(next),
        (Outcome::Ready(ready), None) => return Ok(Next::SignIn(ready.checked.path())),
    };
    if !allows {
        let refusal = Refusal::access_denied("the person did not allow it");
        return Ok(Next::Return(ready.checked.return_to.refuse(refusal)));
    }
    if !app.secret_key.is_mark(PURPOSE, &shown(&ready, person, query), &mark) {
        return Ok(ask(app, &ready, person).await);
    }
    Ok(Next::Return(match remember(app, &ready, person, now).await {
        Ok(consent) => answer(app, &ready, Some(&consent), person).await,
        Err(refusal) => ready.checked.return_to.refuse(refusal),
    }))
}

/// Writes down what was allowed, and answers all that is allowed now.
async fn remember(app: &App, ready: &Ready, person: Person<'_>, now: Timestamp) -> Result<Consent, Refusal> {
    let Ready { checked, asked, remembered } = ready;
    let mut consent = Consent {
        id: app.new_id(),
        user_id: person.user.id,
        client_id: checked.client.id,
        subject: Subject::User(person.user.id),
        scopes: asked.scopes.clone(),
        redirect_host: checked.return_to.registered().display_host(),
        granted_at: now,
        updated_at: now,
    };
    app.db
        .write(consent.clone(), |tx, consent| {
            Box::pin(async move { Ok::<_, Refusal>(consents::upsert(tx, consent).await?) })
        })
        .await?;
    if let Some(before) = &remembered.consent {
        consent.scopes = consent.scopes.union(&before.scopes);
    }
    Ok(consent)
}

/// What the mark of a consent page covers: who was shown it, and what.
fn shown(ready: &Ready, person: Person<'_>, query: &str) -> Vec<u8> {
    let Ready { checked, asked, .. } = ready;
    let scopes = asked.scopes.to_string();
    let mut message = person.session.id.0.as_bytes().to_vec();
    for part in [scopes.as_str(), checked.return_to.uri(), query] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part.as_bytes());
    }
    message
}

/// The scopes in the words, order and groups of the catalogue.
fn groups(app: &App, scopes: &Scopes, before: Option<&Scopes>) -> Vec<AskedGroup> {
    let mut groups: Vec<AskedGroup> = Vec::new();
    for row in app.catalogue.rows().iter().filter(|row| scopes.contains(&row.name)) {
        let scope = AskedScope {
            label: row.label.clone(),
            description: row.description.clone(),
            is_new: before.is_some_and(|before| !before.contains(&row.name)),
        };
        match groups.iter_mut().find(|group| group.name == row.group) {
            Some(group) => group.scopes.push(scope),
            None => groups.push(AskedGroup { name: row.group.clone(), scopes: vec![scope] }),
        }
    }
    groups
}

fn keeps(app: &App, client: &Client) -> Keeps {
    let (client, instance) = (&client.metadata, &app.config.lifetimes);
    let shorter = |own: Option<Lifetime>, most: Lifetime| own.map_or(most, |own| own.min(most));
    if client.allows_grant(GrantName::RefreshToken) {
        Keeps::UntilUnusedFor(shorter(client.refresh_token_lifetime, instance.refresh_token))
    } else {
        Keeps::For(shorter(client.access_token_lifetime, instance.access_token))
    }
}
