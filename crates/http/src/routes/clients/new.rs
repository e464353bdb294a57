use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Capability, ClientOwner, ErrorCode, Params, Refusal};
use postern_flows::clients::{self, ClientDraft, Manager, NewClient, Registered};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::pages::{ClientForm, ClientNew, ClientSecret, SecretOccasion};
use postern_templating::{Chrome, Shortened, Text};

use super::address::{self, NEW};
use super::form::{draft_of, query_of, shown};
use super::frame;
use super::show::snippets;
use crate::answer::{PageRefusal, sentence};
use crate::heading::prove_first;
use crate::request::{PageForm, PageRequest};
use crate::routes::organizations::Place;
use crate::{face, page};

/// The parameter that names the organization which the client is to belong to.
const ORGANIZATION: &str = "organization";

pub(super) async fn form(page: PageRequest, RawQuery(query): RawQuery) -> Result<Response, PageRefusal> {
    let query = query.unwrap_or_default();
    let params = Params::parse_repeated(query.as_bytes())
        .map_err(|error| Refusal::invalid_request(error.to_string()))?;
    let place = organization(&page, &params).await?;
    let says_nothing = params.iter().all(|(name, _)| name == ORGANIZATION);
    let draft = if says_nothing { ClientDraft::blank() } else { draft_of(&params) };
    if !page.is_fresh() {
        return Ok(prove_first(&path_with(&query)));
    }
    let chrome = frame::of(&page.app, &page.visitor, place.as_ref());
    Ok(page_of(&page.app, chrome, &draft, &FieldErrors::none(), None))
}

pub(super) async fn create(page: PageRequest, PageForm(form): PageForm) -> Result<Response, PageRefusal> {
    let draft = draft_of(&form);
    let place = organization(&page, &form).await?;
    if !page.is_fresh() {
        // What was typed comes along, so that nothing is lost on the way.
        let whose = place.as_ref().map(|place| format!("&{ORGANIZATION}={}", place.organization.slug));
        return Ok(prove_first(&path_with(&format!("{}{}", query_of(&draft), whose.unwrap_or_default()))));
    }
    let new = NewClient {
        draft: draft.clone(),
        owner: match &place {
            Some(place) => ClientOwner::Organization(place.organization.id),
            None => ClientOwner::User(page.signed_in.user.id),
        },
        identifier: None,
        secret: None,
    };
    let chrome = frame::of(&page.app, &page.visitor, place.as_ref());
    let app = &page.app;
    match clients::create(app, Manager::Actor(&page.actor()), new).await {
        Ok(made) => Ok(ready(app, chrome, made)),
        Err(FormRefusal::Fields(errors)) => {
            let page = page_of(app, chrome, &draft, &errors, None);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(FormRefusal::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {
            let page = page_of(app, chrome, &draft, &FieldErrors::none(), Some(&refusal));
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

fn path_with(query: &str) -> String {
    if query.is_empty() { NEW.to_owned() } else { format!("{NEW}?{query}") }
}

/// The organization that the client is to belong to, if it is not to be the person's own.
async fn organization(page: &PageRequest, params: &Params) -> Result<Option<Place>, Refusal> {
    let Some(slug) = params.get(ORGANIZATION).filter(|slug| !slug.is_empty()) else { return Ok(None) };
    let place = Place::find(&page.app, &page.signed_in, slug).await?;
    place.actor.may(&page.app, place.organization.id, Capability::ManageClients, "clients:write").await?;
    Ok(Some(place))
}

fn page_of(
    app: &App,
    chrome: Chrome,
    draft: &ClientDraft,
    errors: &FieldErrors,
    refusal: Option<&Refusal>,
) -> Response {
    page::render(&ClientNew {
        chrome,
        form: ClientForm {
            problem: refusal.map(|refusal| Text::sentence(sentence(&refusal.description))),
            ..shown(app, draft, errors, None)
        },
    })
}

/// The one page that shows the secret. Every page is answered with `no-store`.
fn ready(app: &App, chrome: Chrome, made: Registered) -> Response {
    page::render(&ClientSecret {
        chrome,
        occasion: SecretOccasion::Created,
        url: address::of(&made.client),
        face: face::of(&made.client),
        client_id: Shortened::new(made.client.identifier.as_str()),
        client_secret: made.secret.map(|secret| secret.reveal().to_owned()),
        snippets: snippets(app, &made.client),
    })
}
