//! `/developer/clients/new`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::ClientForm;
use crate::{Chrome, Field, FieldError, Page, Section};

/// The form for a new client. Posts the fields of [`ClientForm`] and `form_token` to `/developer/clients/new`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/client_new.html")]
pub struct ClientNew {
    /// The frame.
    pub chrome: Chrome,
    /// The fields.
    pub form: ClientForm,
}

impl ClientNew {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.form.errors()
    }
}

impl Page for ClientNew {
    const NAME: &'static str = "client-new";

    fn sample() -> Self {
        Self { chrome: Chrome::sample(Section::Clients), form: ClientForm::sample() }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let mut refused = Self::sample();
        refused.form.name =
            Field::new("").with_error("Give the client a name. People see it when they are asked.");
        refused.form.client_type = Field::new("public");
        refused.form.redirect_uris =
            Field::new("https://app.example.com/callback\nhttp://app.example.com/callback")
                .with_error("Line 2: use https. http is for localhost, 127.0.0.1 and [::1] only.");
        refused.form.homepage_url = Field::new("app.example.com").with_error("Start with https://.");
        refused.form.scopes_error = Some("Choose at least one scope.".into());
        refused.form.access_token_lifetime =
            Field::new("ten days").with_error("Write a number and a unit: s, m, h or d.");
        vec![("errors", refused)]
    }
}
