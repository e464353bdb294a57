use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Client, Params, Refusal, Session};
use postern_flows::clients::{self, ClientDraft, Edited, Manager};
use postern_flows::{Actor, App, FieldErrors, FormRefusal, sessions};
use postern_templating::pages::ClientEdit;
use postern_templating::{Notice, Section};

use super::address::{self, Done, prove_first};
use super::form::{draft_of, query_of, shown};
use super::frame;
use crate::answer::PageRefusal;
use crate::request::{PageForm, QueryParams, SignedIn, Visitor};
use crate::{face, page};

/// Longest draft that travels in an address, in bytes.
const LONGEST_DRAFT: usize = 6_000;

pub(super) async fn form(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let actor = Actor::signed_in(&app, &signed_in.user);
    let client = clients::find(&app, Manager::Actor(&actor), &name).await?;
    let query = query?;
    let waiting = query.get("draft").and_then(|draft| open(&app, &signed_in.session, &client, draft));
    let is_waiting = waiting.is_some();
    let draft = waiting.unwrap_or_else(|| ClientDraft::of(&client.metadata));
    let mut edit = page_of(&app, &visitor, &client, &draft, &FieldErrors::none());
    edit.chrome = frame::chrome(&app, &visitor, &client).await?;
    edit.chrome.notice = match Done::notice(query.get("done")) {
        None if is_waiting => Some(Notice::info("You have confirmed that it is you. Save the client now.")),
        notice => notice,
    };
    Ok(page::render(&edit))
}

pub(super) async fn save(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let actor = Actor::signed_in(&app, &signed_in.user);
    let manager = Manager::Actor(&actor);
    let draft = draft_of(&form);
    let is_proven = sessions::is_fresh(&app, &signed_in.session);
    match clients::edit(&app, manager, &name, &draft, is_proven).await {
        Ok(Edited::Saved(client)) => Ok(Done::Saved.and_go_to(&address::of(&client))),
        Ok(Edited::NeedsProof) => {
            let client = clients::find(&app, manager, &name).await?;
            Ok(prove_first(&waiting_at(&app, &signed_in.session, &client, &draft)?))
        }
        Err(FormRefusal::Fields(errors)) => {
            let client = clients::find(&app, manager, &name).await?;
            let mut edit = page_of(&app, &visitor, &client, &draft, &errors);
            edit.chrome = frame::chrome(&app, &visitor, &client).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&edit)).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Where what was typed waits while the person proves who they are: sealed for this session and client, so that no link
/// made by somebody else can fill in the form. What is too long for an address is typed once more.
fn waiting_at(
    app: &App,
    session: &Session,
    client: &Client,
    draft: &ClientDraft,
) -> Result<String, PageRefusal> {
    let page = format!("{}/edit", address::of(client));
    let sealed = app.secret_key.seal(&place(session, client), query_of(draft).as_bytes());
    let sealed = URL_SAFE_NO_PAD.encode(sealed.map_err(Refusal::because)?);
    Ok(if sealed.len() > LONGEST_DRAFT { page } else { format!("{page}?draft={sealed}") })
}

fn open(app: &App, session: &Session, client: &Client, draft: &str) -> Option<ClientDraft> {
    let sealed = URL_SAFE_NO_PAD.decode(draft).ok()?;
    let text = app.secret_key.open(&place(session, client), &sealed).ok()?;
    Some(draft_of(&Params::parse_repeated(&text).ok()?))
}

fn place(session: &Session, client: &Client) -> String {
    format!("client.draft.{}.{}", session.id, client.id)
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
