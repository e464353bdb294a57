//! The form token: proof that a form was made here for this browser. It is bound to the session of whoever is signed in,
//! else to a random cookie.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_flows::App;

use crate::request::Visitor;

const PURPOSE: &str = "form";

/// The value of `form_token` in a visitor's forms.
pub(crate) fn of(app: &App, visitor: &Visitor) -> String {
    URL_SAFE_NO_PAD.encode(app.secret_key.mark(PURPOSE, visitor.form_binding().as_bytes()))
}

/// Whether `token` is that value.
pub(crate) fn is_good(app: &App, visitor: &Visitor, token: Option<&str>) -> bool {
    let Some(mark) = token.and_then(|token| URL_SAFE_NO_PAD.decode(token).ok()) else { return false };
    app.secret_key.is_mark(PURPOSE, visitor.form_binding().as_bytes(), &mark)
}
