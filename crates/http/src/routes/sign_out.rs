//! `/logout`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use postern_flows::App;
use postern_templating::Section;
use postern_templating::pages::SignOut;

use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageForm, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};

const PATH: &str = "/logout";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, ask).post(PATH, Right::Public, leave)
}

async fn ask(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    if visitor.signed_in.is_none() {
        return Redirect::to("/login").into_response();
    }
    page::render(&SignOut {
        chrome: page::chrome(&app, &visitor, Section::Elsewhere),
        app: None,
        request: None,
        stay_url: "/".to_owned(),
    })
}

async fn leave(browser: Browser, PageForm(_): PageForm) -> Result<Response, PageRefusal> {
    session::end(&browser).await?;
    Ok(Redirect::to("/login?done=signed-out").into_response())
}
