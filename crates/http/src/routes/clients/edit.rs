use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::Client;
use postern_flows::clients::{self, ClientDraft, Manager};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::Section;
use postern_templating::pages::ClientEdit;

use super::address::{self, Done};
use super::form::{draft_of, shown};
use crate::answer::PageRefusal;
use crate::request::{PageForm, QueryParams, SignedIn, Visitor};
use crate::{face, page};

pub(super) async fn form(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let client = clients::find(&app, Manager::User(&signed_in.user), &name).await?;
    let draft = ClientDraft::of(&client.metadata);
    let mut edit = page_of(&app, &visitor, &client, &draft, &FieldErrors::none());
    edit.chrome.notice = Done::notice(query?.get("done"));
    Ok(page::render(&edit))
}

pub(super) async fn save(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let manager = Manager::User(&signed_in.user);
    let draft = draft_of(&form);
    match clients::edit(&app, manager, &name, &draft).await {
        Ok(client) => Ok(Done::Saved.and_go_to(&address::of(&client))),
        Err(FormRefusal::Fields(errors)) => {
            let client = clients::find(&app, manager, &name).await?;
            let edit = page_of(&app, &visitor, &client, &draft, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&edit)).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

pub(super) fn page_of(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    draft: &ClientDraft,
    errors: &FieldErrors,
) -> ClientEdit {
    ClientEdit {
        chrome: page::chrome(app, visitor, Section::Clients),
        url: address::of(client),
        face: face::of(client),
        form: shown(app, draft, errors, Some(&client.metadata)),
        logo_error: errors.of("logo").map(str::to_owned),
        logo_help: "PNG, JPEG or WebP, up to 1 MB.".to_owned(),
    }
}
