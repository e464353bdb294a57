//! `/admin/branding`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AdminTab, AppFace, Chrome, Field, FieldError, Page, Section, Text, t};

/// Name, accent and logo of the instance. Posts `name`, `accent` and `form_token` to `/admin/branding`; the buttons that put
/// one of them back post `put_back` (`name` or `accent`) there instead. Another form posts `logo` (a file) and `form_token`
/// as `multipart/form-data` to `/admin/branding/logo`; its other button sends `remove=1` there.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/branding.html")]
pub struct AdminBranding {
    /// The frame.
    pub chrome: Chrome,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// What the instance calls itself.
    pub name: Field,
    /// Where the name in effect comes from.
    pub name_source: BrandingSource,
    /// Its colour.
    pub accent: Field,
    /// Where the colour in effect comes from.
    pub accent_source: BrandingSource,
    /// How it is recognised now.
    pub face: AppFace,
    /// Whether it has a logo of its own.
    pub has_logo: bool,
    /// Where the logo in effect comes from.
    pub logo_source: BrandingSource,
    /// What was wrong with an uploaded logo.
    pub logo_error: Option<Text>,
    /// What a logo may be, a sentence, e.g. *PNG, JPEG or WebP, up to 1 MB.*
    pub logo_help: Text,
}

/// Where a part of the looks comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrandingSource {
    /// In words, e.g. *set in the console*.
    pub label: Text,
    /// Whether it was set in the console, and can be put back.
    pub is_console: bool,
}

impl AdminBranding {
    fn errors(&self) -> Vec<FieldError<'_>> {
        let fields = [self.name.summary("name"), self.accent.summary("accent")];
        let logo = FieldError::plain("logo", &self.logo_error);
        fields.into_iter().flatten().chain(logo).collect()
    }
}

impl Page for AdminBranding {
    const NAME: &'static str = "admin-branding";

    fn sample() -> Self {
        let by_itself = BrandingSource { label: t("as it is by itself"), is_console: false };
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Branding)),
            problem: None,
            name: Field::new("Acme accounts"),
            name_source: BrandingSource {
                label: t("from {source}").with("source", "/etc/postern/postern.toml"),
                is_console: false,
            },
            accent: Field::empty(),
            accent_source: by_itself.clone(),
            face: AppFace::new("Acme accounts").with_logo(crate::assets::asset_url("mark.svg")),
            has_logo: false,
            logo_source: by_itself,
            logo_error: None,
            logo_help: t("PNG, JPEG or WebP, up to 1 MB."),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let console = BrandingSource { label: t("set in the console"), is_console: true };
        let set = Self {
            chrome: Self::sample().chrome.branded(),
            accent: Field::new("#e8590c"),
            name_source: console.clone(),
            accent_source: console.clone(),
            has_logo: true,
            logo_source: console,
            ..Self::sample()
        };
        let wrong = Self {
            name: Field::empty().with_error(t("Write a name of 1 to 100 characters on one line.")),
            accent: Field::new("red")
                .with_error(t("Write a colour as # and six hexadecimal digits, such as #336699.")),
            logo_error: Some(t("This is not a picture we can read. Send PNG, JPEG or WebP.")),
            ..set.clone()
        };
        vec![("set", set), ("wrong", wrong)]
    }
}
