//! `/admin/branding`

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Accent, Params, Refusal};
use postern_flows::branding::{self, Brand, BrandChange};
use postern_flows::{FieldErrors, FormRefusal, SettingSource};
use postern_templating::assets::asset_url;
use postern_templating::pages::{AdminBranding, BrandingSource};
use postern_templating::{AdminTab, AppFace, Field, Notice, Text, t};

use super::asked::{Administrator, Manager};
use super::settings::source_of;
use crate::answer::{PageRefusal, form_errors};
use crate::page;
use crate::request::{FormAbout, LogoUpload, PageQuery, check_page_request};

const PATH: &str = "/admin/branding";

/// What was done, as the address says it.
#[derive(Clone, Copy)]
enum Done {
    Saved,
    PutBack,
    Logo,
    LogoRemoved,
}

impl Done {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Saved, "saved"),
        (Self::PutBack, "put-back"),
        (Self::Logo, "logo"),
        (Self::LogoRemoved, "logo-removed"),
    ];

    fn and_go_back(self) -> Response {
        let word = Self::ALL.iter().find(|(done, _)| *done as u8 == self as u8).map_or("", |(_, word)| word);
        Redirect::to(&format!("{PATH}?done={word}")).into_response()
    }

    fn notice(word: Option<&str>) -> Option<Notice> {
        let (done, _) = Self::ALL.into_iter().find(|(_, known)| Some(*known) == word)?;
        Some(Notice::done(match done {
            Self::Saved => t("Saved. Every page shows it from now on."),
            Self::PutBack => t("It is as the settings say again."),
            Self::Logo => t("The logo is saved. Every page shows it from now on."),
            Self::LogoRemoved => t("The logo is removed."),
        }))
    }
}

pub(super) async fn show(
    Administrator(manager): Administrator,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let brand = manager.page.app.brand();
    let mut shown = page_of(&manager, &brand, &typed_of(&brand), &FieldErrors::none());
    shown.chrome.notice = Done::notice(query.get("done"));
    Ok(page::render(&shown))
}

pub(super) async fn change(
    FormAbout(Administrator(manager), form): FormAbout<Administrator>,
) -> Result<Response, PageRefusal> {
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    let app = &manager.page.app;
    let brand = app.brand();
    let (asked, done) = match form.get("put_back") {
        Some("name") => (BrandChange { name: Some(None), ..BrandChange::default() }, Done::PutBack),
        Some("accent") => (BrandChange { accent: Some(None), ..BrandChange::default() }, Done::PutBack),
        Some(_) => return Err(Refusal::invalid_request("choose one of the buttons").into()),
        None => (asked(&brand, &form), Done::Saved),
    };
    match branding::change(app, &manager.actor, &asked).await {
        Ok(_) => Ok(done.and_go_back()),
        Err(refusal) => again(&manager, &form, refusal),
    }
}

pub(super) async fn upload(
    Administrator(manager): Administrator,
    headers: HeaderMap,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageRefusal> {
    let body = body.map_err(|_| Refusal::forbidden("a form of this server's own pages was expected"))?;
    let app = &manager.page.app;
    let typed = typed_of(&app.brand());
    let upload = match LogoUpload::read(body).await {
        Ok(upload) => upload,
        Err(refused) => return again(&manager, &typed, refused),
    };
    check_page_request(app, &headers, Some(&manager.page.visitor), upload.form_token.as_deref())?;
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    if upload.remove {
        branding::remove_logo(app, &manager.actor).await?;
        return Ok(Done::LogoRemoved.and_go_back());
    }
    match branding::set_logo(app, &manager.actor, upload.logo).await {
        Ok(_) => Ok(Done::Logo.and_go_back()),
        Err(refused) => again(&manager, &typed, refused),
    }
}

/// What the form wants other than it is: what was left as it is does not become the console's.
fn asked(brand: &Brand, form: &Params) -> BrandChange {
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let (name, accent) = (text("name"), text("accent"));
    let same_accent = brand.accent.as_ref().is_some_and(|now| Accent::parse(&accent).as_ref() == Ok(now));
    BrandChange {
        name: (name != brand.name).then_some(Some(name)),
        accent: match accent.is_empty() {
            true => Some(None),
            false => (!same_accent).then_some(Some(accent)),
        },
    }
}

/// The page once more, with what was typed and what is wrong with it.
fn again(manager: &Manager, typed: &Params, refused: FormRefusal) -> Result<Response, PageRefusal> {
    let (errors, problem, mark) = form_errors(refused)?;
    let shown = page_of(manager, &manager.page.app.brand(), typed, &errors);
    Ok(mark.put_on(page::render(&AdminBranding { problem, ..shown })))
}

fn typed_of(brand: &Brand) -> Params {
    let accent = brand.accent.as_ref().map(ToString::to_string);
    Params::default().with("name", &brand.name).with("accent", &accent.unwrap_or_default())
}

fn page_of(manager: &Manager, brand: &Brand, typed: &Params, errors: &FieldErrors) -> AdminBranding {
    let field = |name: &str| Field {
        value: typed.get(name).unwrap_or_default().to_owned(),
        error: errors.of(name).map(Text::sentence),
    };
    let logo = brand.logo_path();
    AdminBranding {
        chrome: manager.chrome(AdminTab::Branding),
        problem: None,
        name: field("name"),
        name_source: source(&brand.sources.name),
        accent: field("accent"),
        accent_source: source(&brand.sources.accent),
        has_logo: logo.is_some(),
        face: AppFace::new(brand.name.clone())
            .with_logo(logo.unwrap_or_else(|| asset_url("mark.svg").into())),
        logo_source: source(&brand.sources.logo),
        logo_error: errors.of("logo").map(Text::sentence),
        logo_help: t("PNG, JPEG or WebP, up to 1 MB."),
    }
}

fn source(source: &Option<SettingSource>) -> BrandingSource {
    BrandingSource {
        label: source.as_ref().map_or_else(|| t("as it is by itself"), source_of),
        is_console: *source == Some(SettingSource::Console),
    }
}

#[cfg(test)]
mod tests;
