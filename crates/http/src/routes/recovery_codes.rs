//! `/settings/security/recovery-codes`

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Plain};
use postern_flows::{App, second_factor};
use postern_templating::Section;
use postern_templating::pages::RecoveryCodes;

use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::{PageForm, PageRequest, Visitor};
use crate::rights::{Right, Routes};

const PATH: &str = "/settings/security/recovery-codes";
const SECURITY: &str = "/settings/security";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, submit)
}

async fn show(page: PageRequest) -> Result<Response, PageRefusal> {
    let PageRequest { app, visitor, signed_in } = &page;
    let Some(state) = second_factor::state(app, signed_in.user.id).await? else {
        return Ok(Redirect::to(SECURITY).into_response());
    };
    Ok(page::render(&RecoveryCodes {
        chrome: page::chrome(app, visitor, Section::Security),
        codes: Vec::new(),
        left: state.codes_left,
        go_on_url: SECURITY.to_owned(),
    }))
}

async fn submit(page: PageRequest, PageForm(_): PageForm) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(PATH));
    }
    let PageRequest { app, visitor, signed_in } = &page;
    let codes = second_factor::make_codes(app, &signed_in.user).await?;
    Ok(made(app, visitor, &codes, None))
}

/// The one page that shows codes, and leads on to where the person was heading. Every page is answered with `no-store`.
pub(super) fn made(app: &App, visitor: &Visitor, codes: &[Plain], go_on: Option<OwnPath>) -> Response {
    page::render(&RecoveryCodes {
        chrome: page::chrome(app, visitor, Section::Security),
        codes: codes.iter().map(|code| code.reveal().to_owned()).collect(),
        left: codes.len() as u64,
        go_on_url: go_on.map_or_else(|| SECURITY.to_owned(), |path| path.to_string()),
    })
}
