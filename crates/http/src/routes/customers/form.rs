use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Customer, ErrorCode, Params, Refusal};
use postern_flows::customers::{self, CustomerDraft};
use postern_flows::{FieldErrors, FormRefusal};
use postern_templating::pages::{CustomerForm, ExistingCustomer};
use postern_templating::{Field, Shortened, Text, When};

use super::place::{AtCustomers, Done, KeptCustomer};
use crate::answer::{PageRefusal, sentence};
use crate::page;
use crate::request::{FormAbout, PageQuery, PageRequest};
use crate::routes::organizations::AtPlace;

pub(super) async fn new(at: AtCustomers) -> Response {
    page::render(&shown(&at, None, &Typed::default()))
}

pub(super) async fn create(FormAbout(at, form): FormAbout<AtCustomers>) -> Result<Response, PageRefusal> {
    let AtPlace { page: PageRequest { app, .. }, place } = &at.0;
    let typed = Typed::of(&form);
    let made = match typed.draft() {
        Ok(draft) => customers::create(app, &place.actor, place.organization.id, &draft).await,
        Err(errors) => Err(errors.into()),
    };
    match made {
        Ok(customer) => Ok(Done::Added.and_go_to(&format!("{}/{}", at.list(), customer.id))),
        Err(refusal) => again(&at, None, typed, refusal),
    }
}

pub(super) async fn show(
    KeptCustomer { at, customer }: KeptCustomer,
    PageQuery(query): PageQuery,
) -> Response {
    let mut form = shown(&at, Some(&customer), &Typed::as_is(&customer));
    form.chrome.notice = Done::notice(query.get("done"));
    page::render(&form)
}

pub(super) async fn change(
    FormAbout(KeptCustomer { at, customer }, form): FormAbout<KeptCustomer>,
) -> Result<Response, PageRefusal> {
    let (app, actor) = (&at.0.page.app, &at.0.place.actor);
    match form.get("action") {
        Some("delete") => {
            customers::delete(app, actor, customer.id).await?;
            Ok(Done::Deleted.and_go_to(&at.list()))
        }
        Some("save") => {
            let typed = Typed::of(&form);
            let saved = match typed.draft() {
                Ok(draft) => customers::update(app, actor, customer.id, &draft).await,
                Err(errors) => Err(errors.into()),
            };
            match saved {
                Ok(customer) => Ok(Done::Saved.and_go_to(&format!("{}/{}", at.list(), customer.id))),
                Err(refusal) => again(&at, Some(&customer), typed, refusal),
            }
        }
        _ => Err(Refusal::invalid_request("choose what to do").into()),
    }
}

/// The form once more, with what is wrong with it.
fn again(
    at: &AtCustomers,
    existing: Option<&Customer>,
    mut typed: Typed,
    refusal: FormRefusal,
) -> Result<Response, PageRefusal> {
    let status = match refusal {
        FormRefusal::Fields(errors) => {
            typed.errors = errors;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        FormRefusal::Refused(refusal) if refusal.code == ErrorCode::Conflict => {
            let sentence = sentence(&refusal.description);
            match customers::field_of_conflict(&refusal) {
                Some(field) => typed.errors = FieldErrors::one(field, sentence),
                None => typed.problem = Some(sentence),
            }
            StatusCode::CONFLICT
        }
        FormRefusal::Refused(refusal) => return Err(refusal.into()),
    };
    let form = shown(at, existing, &typed);
    Ok((status, page::render(&form)).into_response())
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    email: String,
    name: String,
    external_id: String,
    metadata: String,
    errors: FieldErrors,
    problem: Option<String>,
}

impl Typed {
    fn of(form: &Params) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        Self {
            email: text("email"),
            name: text("name"),
            external_id: text("external_id"),
            metadata: text("metadata"),
            ..Self::default()
        }
    }

    fn as_is(customer: &Customer) -> Self {
        let draft = CustomerDraft::of(customer);
        Self {
            email: draft.email,
            name: draft.name,
            external_id: draft.external_id,
            metadata: lines(&draft.metadata),
            ..Self::default()
        }
    }

    fn draft(&self) -> Result<CustomerDraft, FieldErrors> {
        let metadata = CustomerDraft::metadata_of(&self.metadata)
            .map_err(|wrong| FieldErrors::one("metadata", wrong))?;
        Ok(CustomerDraft {
            email: self.email.clone(),
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            metadata,
        })
    }
}

fn lines(metadata: &BTreeMap<String, String>) -> String {
    metadata.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}

fn shown(at: &AtCustomers, existing: Option<&Customer>, typed: &Typed) -> CustomerForm {
    let AtPlace { page: PageRequest { app, .. }, place } = &at.0;
    let now = app.clock.now().0;
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: typed.errors.of(name).map(Text::sentence),
    };
    let title = |customer: &Customer| {
        customer.name.as_ref().map_or_else(|| customer.email.to_string(), ToString::to_string)
    };
    CustomerForm {
        chrome: at.chrome(),
        slug: place.organization.slug.to_string(),
        existing: existing.map(|customer| ExistingCustomer {
            id: Shortened::new(customer.id.to_string()),
            title: title(customer),
            created: When::new(customer.created_at.0, now),
            updated: When::new(customer.updated_at.0, now),
        }),
        problem: typed.problem.clone().map(Text::sentence),
        email: field("email", &typed.email),
        name: field("name", &typed.name),
        external_id: field("external_id", &typed.external_id),
        metadata: field("metadata", &typed.metadata),
    }
}
