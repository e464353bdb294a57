use axum::extract::Path;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use postern_domain::Refusal;
use postern_flows::clients::{self, ClientDraft, Manager};
use postern_flows::logo::MAX_LOGO_BYTES;
use postern_flows::{FieldErrors, FormRefusal};

use super::address::{self, Done};
use super::edit::page_of;
use super::managed::ManagedClient;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageRequest, check_page_request};

/// Most parts that the form has: the token, the file, the button.
const MAX_PARTS: usize = 3;

/// What was sent.
#[derive(Default)]
struct Upload {
    form_token: Option<String>,
    logo: Vec<u8>,
    remove: bool,
}

pub(super) async fn upload(
    page: PageRequest,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageRefusal> {
    let body = body.map_err(|_| Refusal::forbidden("a form of this server's own pages was expected"))?;
    let (app, actor) = (&page.app, page.actor());
    let manager = Manager::Actor(&actor);
    let upload = match read(body).await {
        Ok(upload) => upload,
        Err(refused) => return not_taken(page, &name, refused).await,
    };
    check_page_request(app, &headers, Some(&page.visitor), upload.form_token.as_deref())?;
    if upload.remove {
        let client = clients::remove_logo(app, manager, &name).await?;
        return Ok(Done::LogoRemoved.and_go_to(&format!("{}/edit", address::of(&client))));
    }
    match clients::set_logo(app, manager, &name, upload.logo).await {
        Ok(client) => Ok(Done::Logo.and_go_to(&format!("{}/edit", address::of(&client)))),
        Err(refused) => not_taken(page, &name, refused).await,
    }
}

async fn read(mut body: Multipart) -> Result<Upload, FormRefusal> {
    let mut upload = Upload::default();
    let mut parts = 0;
    while let Some(part) = body.next_field().await.map_err(unreadable)? {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(Refusal::invalid_request("the form has too many parts").into());
        }
        match part.name() {
            Some("form_token") => upload.form_token = Some(part.text().await.map_err(unreadable)?),
            Some("logo") => upload.logo = picture(part).await?,
            Some("remove") => upload.remove = true,
            _ => return Err(Refusal::invalid_request("the form has a part that is not known").into()),
        }
    }
    Ok(upload)
}

/// The picture, or as much of it as shows that it is too large. It is read to its end all the same: a browser that cannot
/// send all of it does not show the answer.
async fn picture(mut part: Field<'_>) -> Result<Vec<u8>, FormRefusal> {
    let mut picture = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        let room = (MAX_LOGO_BYTES + 1).saturating_sub(picture.len());
        picture.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(picture)
}

fn unreadable(error: MultipartError) -> FormRefusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        FieldErrors::one("logo", "The picture is larger than 1 MB. Send a smaller one.").into()
    } else {
        Refusal::invalid_request("the form ended early, or cannot be read").into()
    }
}

async fn not_taken(page: PageRequest, name: &str, refused: FormRefusal) -> Result<Response, PageRefusal> {
    match refused {
        FormRefusal::Fields(errors) => {
            let managed = ManagedClient::find(page, name).await?;
            let draft = ClientDraft::of(&managed.client.metadata);
            let edit = page_of(&managed, &draft, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&edit)).into_response())
        }
        FormRefusal::Refused(refusal) => Err(refusal.into()),
    }
}
