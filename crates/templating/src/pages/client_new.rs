//! `/developer/clients/new`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::ClientForm;
use crate::{Chrome, Field, FieldError, Page, Section, Text, t};

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
            Field::new("").with_error(t("Give the client a name. People see it when they are asked."));
        refused.form.client_type = Field::new("public");
        refused.form.redirect_uris =
            Field::new("https://app.example.com/callback\nhttp://app.example.com/callback")
                .with_error(Text::verbatim(
                    "“http://app.example.com/callback”: plain http is for localhost, 127.0.0.1 and [::1] only; use https.",
                ));
        refused.form.homepage_url = Field::new("app.example.com")
            .with_error(t("Write the whole address of a web page, such as https://example.com/terms."));
        refused.form.scopes_error = Some(t("Choose at least one scope."));
        refused.form.access_token_lifetime =
            Field::new("0s").with_error(t("Write at least 1s, or leave it empty for the server's own."));
        vec![("errors", refused)]
    }
}
