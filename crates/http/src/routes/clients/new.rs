use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{ClientOwner, ErrorCode, Params, Refusal};
use postern_flows::clients::{self, ClientDraft, Manager, NewClient, Registered};
use postern_flows::{App, FieldErrors, FormRefusal, sessions};
use postern_templating::pages::{ClientForm, ClientNew, ClientSecret, SecretOccasion};
use postern_templating::{Section, Shortened};

use super::address::{self, NEW, prove_first};
use super::form::{draft_of, query_of, shown};
use super::show::snippets;
use crate::answer::{PageRefusal, sentence};
use crate::request::{PageForm, SignedIn, Visitor};
use crate::{face, page};

pub(super) async fn form(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, PageRefusal> {
    let query = query.unwrap_or_default();
    let params = Params::parse_repeated(query.as_bytes())
        .map_err(|error| Refusal::invalid_request(error.to_string()))?;
    let draft = if query.is_empty() { ClientDraft::blank() } else { draft_of(&params) };
    if !sessions::is_fresh(&app, &signed_in.session) {
        return Ok(prove_first(&path_with(&query)));
    }
    Ok(page_of(&app, &visitor, &draft, &FieldErrors::none(), None))
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let draft = draft_of(&form);
    if !sessions::is_fresh(&app, &signed_in.session) {
        // What was typed comes along, so that nothing is lost on the way.
        return Ok(prove_first(&path_with(&query_of(&draft))));
    }
    let new = NewClient {
        draft: draft.clone(),
        owner: ClientOwner::User(signed_in.user.id),
        identifier: None,
        secret: None,
    };
    match clients::create(&app, Manager::User(&signed_in.user), new).await {
        Ok(made) => Ok(ready(&app, &visitor, made)),
        Err(FormRefusal::Fields(errors)) => {
            let page = page_of(&app, &visitor, &draft, &errors, None);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(FormRefusal::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {
            let page = page_of(&app, &visitor, &draft, &FieldErrors::none(), Some(&refusal));
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

fn path_with(query: &str) -> String {
    if query.is_empty() { NEW.to_owned() } else { format!("{NEW}?{query}") }
}

fn page_of(
    app: &App,
    visitor: &Visitor,
    draft: &ClientDraft,
    errors: &FieldErrors,
    refusal: Option<&Refusal>,
) -> Response {
    page::render(&ClientNew {
        chrome: page::chrome(app, visitor, Section::Clients),
        form: ClientForm {
            problem: refusal.map(|refusal| sentence(&refusal.description)),
            ..shown(app, draft, errors, None)
        },
    })
}

/// The one page that shows the secret. Every page is answered with `no-store`.
fn ready(app: &App, visitor: &Visitor, made: Registered) -> Response {
    page::render(&ClientSecret {
        chrome: page::chrome(app, visitor, Section::Clients),
        occasion: SecretOccasion::Created,
        url: address::of(&made.client),
        face: face::of(&made.client),
        client_id: Shortened::new(made.client.identifier.as_str()),
        client_secret: made.secret.map(|secret| secret.reveal().to_owned()),
        snippets: snippets(app, &made.client),
    })
}
