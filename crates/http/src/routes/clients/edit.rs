use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{ClientMetadata, Params, Refusal};
use postern_flows::clients::{self, ClientDraft, Edited, ProtocolDraft};
use postern_flows::{FieldErrors, FormRefusal};
use postern_templating::pages::ClientEdit;
use postern_templating::{Notice, Text, t};

use super::address::{self, Done};
use super::form::{draft_of, query_of, shown};
use super::managed::ManagedClient;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::request::{FormAbout, PageQuery};
use crate::{face, page};

/// Longest draft that travels in an address, in bytes.
const LONGEST_DRAFT: usize = 6_000;

pub(super) async fn form(
    managed: ManagedClient,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let waiting = query.get("draft").and_then(|draft| open(&managed, draft));
    let is_waiting = waiting.is_some();
    let draft = waiting.unwrap_or_else(|| ClientDraft::of(&managed.client.metadata));
    let mut edit = page_of(&managed, &draft, &FieldErrors::none()).await?;
    edit.chrome.notice = match Done::notice(query.get("done")) {
        None if is_waiting => {
            Some(Notice::info(t("You have confirmed that it is you. Save the client now.")))
        }
        notice => notice,
    };
    Ok(page::render(&edit))
}

pub(super) async fn save(
    FormAbout(managed, form): FormAbout<ManagedClient>,
) -> Result<Response, PageRefusal> {
    let draft = with_what_no_form_shows(draft_of(&form), &managed.client.metadata);
    let (app, is_proven) = (&managed.page.app, managed.page.is_fresh());
    match clients::edit(app, managed.manager(), managed.name(), &draft, is_proven).await {
        Ok(Edited::Saved(client)) => Ok(Done::Saved.and_go_to(&address::of(&client))),
        Ok(Edited::NeedsProof) => Ok(prove_first(&waiting_at(&managed, &draft)?)),
        Err(FormRefusal::Fields(errors)) => {
            let edit = page_of(&managed, &draft, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&edit)).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

/// The draft with what a client can have registered of itself and the form has no field for.
fn with_what_no_form_shows(draft: ClientDraft, known: &ClientMetadata) -> ClientDraft {
    let known = ProtocolDraft::of(known);
    let protocol = ProtocolDraft {
        application_type: known.application_type,
        localized: known.localized,
        logo_uri: known.logo_uri,
        contacts: known.contacts,
        software_id: known.software_id,
        software_version: known.software_version,
        require_auth_time: known.require_auth_time,
        ..draft.protocol
    };
    ClientDraft { protocol, ..draft }
}

/// Where what was typed waits while the person proves who they are: sealed for this session and client, so that no link
/// made by somebody else can fill in the form. What is too long for an address is typed once more.
fn waiting_at(managed: &ManagedClient, draft: &ClientDraft) -> Result<String, PageRefusal> {
    let page = format!("{}/edit", address::of(&managed.client));
    let sealed = managed.page.app.secret_key.seal(&place(managed), query_of(draft).as_bytes());
    let sealed = URL_SAFE_NO_PAD.encode(sealed.map_err(Refusal::because)?);
    Ok(if sealed.len() > LONGEST_DRAFT { page } else { format!("{page}?draft={sealed}") })
}

fn open(managed: &ManagedClient, draft: &str) -> Option<ClientDraft> {
    let sealed = URL_SAFE_NO_PAD.decode(draft).ok()?;
    let text = managed.page.app.secret_key.open(&place(managed), &sealed).ok()?;
    Some(draft_of(&Params::parse_repeated(&text).ok()?))
}

fn place(managed: &ManagedClient) -> String {
    format!("client.draft.{}.{}", managed.page.signed_in.session.id, managed.client.id)
}

pub(super) async fn page_of(
    managed: &ManagedClient,
    draft: &ClientDraft,
    errors: &FieldErrors,
) -> Result<ClientEdit, Refusal> {
    let client = &managed.client;
    Ok(ClientEdit {
        chrome: managed.chrome().await?,
        url: address::of(client),
        face: face::of(client),
        form: shown(&managed.page.app, draft, errors, Some(&client.metadata)),
        logo_error: errors.of("logo").map(Text::sentence),
        logo_help: t("PNG, JPEG or WebP, up to 1 MB."),
    })
}
