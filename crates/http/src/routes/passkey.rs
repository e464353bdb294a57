//! `/login/passkey`: the questions that a device answers by a passkey.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal};
use postern_flows::App;
use postern_flows::passkeys::{self, Answer, Challenge};
use serde_json::Value;

use super::second_step;
use crate::answer::PageRefusal;
use crate::request::{PageForm, Visitor};
use crate::rights::{Right, Routes};
use crate::session::Visiting;

pub(crate) fn routes() -> Routes {
    Routes::new().post("/login/passkey", Right::Public, ask)
}

/// Asks anybody for a passkey; where `for` says so, somebody who takes the second step of their sign-in, or who proves once
/// more who they are.
async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Visiting(visit): Visiting,
    headers: HeaderMap,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let binding = visitor.form_binding();
    let challenge = match form.get("for") {
        Some("second-step") => match second_step::waiting(&app, &headers).await? {
            Some((_, user)) => passkeys::ask(&app, binding, &user).await?,
            None => {
                return Err(Refusal::login_required("there is no second step to take; begin again").into());
            }
        },
        Some("proof") => match &visitor.signed_in {
            Some(signed_in) => passkeys::ask(&app, binding, &signed_in.user).await?,
            None => return Err(Refusal::login_required("nobody is signed in in this browser").into()),
        },
        _ => passkeys::ask_anyone(&app, binding, visit.address).await?,
    };
    Ok(asked(challenge))
}

/// A question as a page's script reads it.
pub(super) fn asked(challenge: Challenge) -> Response {
    let Challenge { ceremony, mut options } = challenge;
    if let Some(object) = options.as_object_mut() {
        object.insert("ceremony".to_owned(), Value::from(ceremony.reveal()));
    }
    Json(options).into_response()
}

/// What a page's script put into a form: a device's answer.
pub(super) fn answered<'a>(visitor: &'a Visitor, form: &'a Params) -> Option<Answer<'a>> {
    let (ceremony, credential) = (form.get("ceremony")?, form.get("credential")?);
    Some(Answer { binding: visitor.form_binding(), ceremony, credential })
}
