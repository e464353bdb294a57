use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Client, ClientOwner, GrantName, Lifetime, Refusal, Scopes};

use super::evaluate::Ready;
use super::next::{Ask, AskedGroup, AskedScope, Keeps, Next, Person};
use crate::App;

const PURPOSE: &str = "consent";

/// The question for this person; where no page may be shown, that there would have to be one.
pub(super) async fn ask(app: &App, ready: &Ready, person: Person<'_>) -> Next {
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

/// The mark and the query of a request that the page's form sent back.
pub(super) fn of_form(request: &str) -> Option<(Vec<u8>, &str)> {
    let (mark, query) = request.split_once('.')?;
    Some((URL_SAFE_NO_PAD.decode(mark).ok()?, query))
}

/// Whether `mark` is that of the page which asked this person, in this session, for just what is asked for now.
pub(super) fn is_shown(app: &App, ready: &Ready, person: Person<'_>, query: &str, mark: &[u8]) -> bool {
    app.secret_key.is_mark(PURPOSE, &shown(ready, person, query), mark)
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
