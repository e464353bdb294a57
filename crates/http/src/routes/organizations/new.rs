use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Params};
use postern_flows::organizations::{self, NewOrganization};
use postern_flows::{App, FieldErrors};
use postern_templating::Section;
use postern_templating::pages::OrganizationNew;

use super::done::Done;
use crate::account_form::field;
use crate::answer::{PageRefusal, form_errors};
use crate::page;
use crate::request::{PageForm, PageQuery, PageRequest};

pub(super) const PATH: &str = "/organizations/new";

pub(super) async fn form(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    Ok(page::render(&page_of(&page, &query, &FieldErrors::none())))
}

pub(super) async fn create(page: PageRequest, PageForm(typed): PageForm) -> Result<Response, PageRefusal> {
    let value = |name: &str| typed.get(name).unwrap_or_default().to_owned();
    let new = NewOrganization { name: value("name"), slug: value("slug") };
    match organizations::create(&page.app, &page.actor(), &new, page.signed_in.user.id).await {
        Ok(made) => Ok(match return_to(&typed) {
            Some(path) => Redirect::to(path.as_str()).into_response(),
            None => Done::Made.and_go_to(&format!("/organizations/{}/overview", made.slug)),
        }),
        Err(refusal) => {
            let (errors, problem, mark) = form_errors(refusal)?;
            let again = OrganizationNew { problem, ..page_of(&page, &typed, &errors) };
            Ok(mark.put_on(page::render(&again)))
        }
    }
}

fn return_to(typed: &Params) -> Option<OwnPath> {
    typed.get("return_to").filter(|path| !path.is_empty()).and_then(OwnPath::parse)
}

fn page_of(asked: &PageRequest, typed: &Params, errors: &FieldErrors) -> OrganizationNew {
    let PageRequest { app, visitor, .. } = asked;
    OrganizationNew {
        chrome: page::chrome(app, visitor, Section::Organizations),
        problem: None,
        name: field(typed, errors, "name"),
        slug: field(typed, errors, "slug"),
        address: address(app),
        return_to: return_to(typed).map(|path| path.as_str().to_owned()).unwrap_or_default(),
    }
}

/// What stands before a slug in addresses, as people read it.
pub(super) fn address(app: &App) -> String {
    let url = app.config.url("/organizations/");
    url.split_once("://").map_or(url.clone(), |(_, rest)| rest.to_owned())
}
