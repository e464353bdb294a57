use axum::extract::Path;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use postern_domain::Refusal;
use postern_flows::FormRefusal;
use postern_flows::clients::{self, ClientDraft, Manager};

use super::address::{self, Done};
use super::edit::page_of;
use super::managed::ManagedClient;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{LogoUpload, PageRequest, check_page_request};

pub(super) async fn upload(
    page: PageRequest,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageRefusal> {
    let body = body.map_err(|_| Refusal::forbidden("a form of this server's own pages was expected"))?;
    let (app, actor) = (&page.app, page.actor());
    let manager = Manager::Actor(&actor);
    let upload = match LogoUpload::read(body).await {
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
