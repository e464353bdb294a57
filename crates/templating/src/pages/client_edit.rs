//! `/developer/clients/{client_id}/edit`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::ClientForm;
use crate::{AppFace, Chrome, Field, FieldError, Page, Section, Text, t};

/// The form for an existing client. Posts the fields of [`ClientForm`] (without the type) and `form_token` to
/// `{url}/edit`. A second form posts `logo` (a file) and `form_token` as `multipart/form-data` to `{url}/logo`; its
/// other button sends `remove=1` there.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/client_edit.html")]
pub struct ClientEdit {
    /// The frame.
    pub chrome: Chrome,
    /// Path of the client's page, e.g. `/developer/clients/postern_ci_…`.
    pub url: String,
    /// Its name and logo as they are now.
    pub face: AppFace,
    /// The fields.
    pub form: ClientForm,
    /// What was wrong with an uploaded logo.
    pub logo_error: Option<Text>,
    /// What a logo may be, a sentence, e.g. *PNG, JPEG or WebP, up to 1 MB.*
    pub logo_help: Text,
}

impl ClientEdit {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let logo = FieldError::plain("logo", &self.logo_error);
        self.form.errors().into_iter().chain(logo).collect()
    }
}

impl Page for ClientEdit {
    const NAME: &'static str = "client-edit";

    fn sample() -> Self {
        let mut form = ClientForm::sample();
        form.name = Field::new("Field Notes");
        form.redirect_uris = Field::new("https://notes.example.com/callback\nhttp://localhost:3000/callback");
        form.homepage_url = Field::new("https://notes.example.com");
        Self {
            chrome: Chrome::sample(Section::Clients),
            url: "/developer/clients/postern_ci_sample".into(),
            face: AppFace::new("Field Notes"),
            form,
            logo_error: None,
            logo_help: t("PNG, JPEG or WebP, up to 1 MB."),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "logo refused",
            Self {
                face: AppFace::new("Field Notes").with_logo(crate::assets::asset_url("mark.svg")),
                logo_error: Some(t("This is not a picture we can read. Send PNG, JPEG or WebP.")),
                ..Self::sample()
            },
        )]
    }
}
