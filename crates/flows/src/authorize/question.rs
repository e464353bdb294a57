use std::sync::Arc;

use postern_domain::{Claim, Client, Consent, GrantName, Lifetime, Organizations, Refusal, SubjectType};
use postern_storage::organizations;

use super::asked::Asked;
use super::choice;
use super::consent_form;
use super::evaluate::Ready;
use super::next::{Ask, AskedGroup, AskedScope, Keeps, Limit, Next, Person, Reach, Within};
use crate::{App, clients, second_factor};

/// The question for this person, with what is wrong with what they chose if they were asked before; where no page may be
/// shown, that there would have to be one.
pub(super) async fn ask(
    app: &App,
    ready: &Ready,
    person: Person<'_>,
    wrong: Option<(&Reach, &'static str)>,
) -> Next {
    if ready.asked.is_quiet() {
        let refusal = Refusal::consent_required("the person has to allow it");
        return Next::Return(ready.checked.return_to.refuse(refusal));
    }
    Next::Consent(Box::new(question(app, ready, person, wrong).await))
}

async fn question(
    app: &App,
    ready: &Ready,
    person: Person<'_>,
    wrong: Option<(&Reach, &'static str)>,
) -> Ask {
    let Ready { checked, asked, remembered, chosen, .. } = ready;
    let client = Arc::clone(&checked.client);
    let redirect_uri = checked.return_to.registered();
    let publisher = clients::publisher(app, &client).await.ok().flatten();
    let query = checked.query();
    let request = consent_form::request(app, &shown(ready, person, &query), &query);
    let before = remembered.consent.as_ref();
    Ask {
        publisher,
        redirect_host: redirect_uri.display_host(),
        redirect_uri: checked.return_to.uri().to_owned(),
        is_provably_the_clients: redirect_uri.is_provably_the_clients(),
        groups: groups(app, asked, before.map(|consent| &**consent)),
        resources: resources(app, asked),
        limits: asked.limits.iter().flat_map(|set| set.lines().iter().map(ToString::to_string)).collect(),
        last_allowed: before.map(|consent| consent.updated_at),
        keeps: keeps(app, &client),
        organization: chosen.as_ref().map(|chosen| (Arc::clone(&chosen.organization), chosen.role)),
        limit: limit(app, ready, person, wrong).await,
        other_organization: checked.query_with(Some(choice::OPEN)),
        request,
        return_to: checked.path(),
        query,
        client,
    }
}

/// What the form of a consent page is for: who was shown it, and what.
pub(super) fn shown(ready: &Ready, person: Person<'_>, query: &str) -> Vec<u8> {
    let Ready { checked, asked, subject, .. } = ready;
    let claims = asked.claims.beyond(&asked.scopes);
    let claims = claims.into_iter().map(Claim::as_str).collect::<Vec<_>>().join(" ");
    let (scopes, subject) = (asked.scopes.to_string(), subject.to_string());
    let resources: Vec<&str> = asked.resources.iter().flatten().map(String::as_str).collect();
    let (resources, uri) = (resources.join(" "), checked.return_to.uri());
    let mut message = person.session.id.0.as_bytes().to_vec();
    for part in [scopes.as_str(), claims.as_str(), subject.as_str(), resources.as_str(), uri, query] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part.as_bytes());
    }
    message
}

/// Whether what is asked for can be limited to some of the person's organizations.
pub(super) fn can_be_limited(app: &App, ready: &Ready) -> bool {
    ready.asked.subject == SubjectType::User && app.catalogue.reaches_organizations(&ready.asked.scopes)
}

/// The person's organizations, and which of them are ticked: what they chose just now, else the last time.
async fn limit(
    app: &App,
    ready: &Ready,
    person: Person<'_>,
    wrong: Option<(&Reach, &'static str)>,
) -> Option<Limit> {
    if !can_be_limited(app, ready) {
        return None;
    }
    let mine = organizations::of_user(&app.db, person.user.id).await.ok().filter(|mine| !mine.is_empty())?;
    let before = ready.remembered.consent.as_ref().map(|consent| &consent.organizations);
    let is_ticked = |id| match (wrong, before) {
        (Some((Reach::Chosen(ids), _)), _) => ids.contains(&id),
        (None, Some(Organizations::Only(ids))) => ids.contains(&id),
        _ => false,
    };
    let mut choices = Vec::with_capacity(mine.len());
    for (organization, _) in mine {
        let is_barred = second_factor::is_missing(app, &organization, person.user.id).await.ok()?;
        let is_chosen = is_ticked(organization.id) && !is_barred;
        choices.push(Within { organization, is_chosen, is_barred });
    }
    Some(Limit {
        is_chosen: match wrong {
            Some((reach, _)) => matches!(reach, Reach::Chosen(_)),
            None => matches!(before, Some(Organizations::Only(_))),
        },
        organizations: choices,
        problem: wrong.map(|(_, problem)| problem.to_owned()),
    })
}

/// The scopes in the words, order and groups of the catalogue. What is asked for by name beyond them stands in the group of
/// the scope that it belongs to, which is registered for the client and so in the catalogue.
fn groups(app: &App, asked: &Asked, before: Option<&Consent>) -> Vec<AskedGroup> {
    let mut groups: Vec<AskedGroup> = Vec::new();
    let mut add = |group: &str, scope: AskedScope| match groups.iter_mut().find(|known| known.name == group) {
        Some(known) => known.scopes.push(scope),
        None => groups.push(AskedGroup { name: group.to_owned(), scopes: vec![scope] }),
    };
    let claims = asked.claims.beyond(&asked.scopes);
    for row in app.catalogue.rows() {
        let had = before.map(|before| before.scopes.contains(&row.name));
        if asked.scopes.contains(&row.name) {
            let (label, description) = (row.label.clone(), row.description.clone());
            add(&row.group, AskedScope { label, description, is_new: had == Some(false) });
        }
        for claim in claims.iter().filter(|claim| claim.scope() == row.name) {
            let had = before.map(|before| had == Some(true) || before.claims.contains(claim));
            let (label, description) = (claim.label().to_owned(), String::new());
            add(&row.group, AskedScope { label, description, is_new: had == Some(false) });
        }
    }
    groups
}

/// What people call the APIs that are named.
fn resources(app: &App, asked: &Asked) -> Vec<String> {
    let brand = app.brand();
    let named = asked.resources.iter().flat_map(|audience| app.resources.of(audience));
    named.map(|resource| resource.called(&brand.name).to_owned()).collect()
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
