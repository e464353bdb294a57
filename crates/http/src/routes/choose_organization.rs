//! The page of choices in front of `/consent`: for which organization an app may speak.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{OrganizationId, Params};
use postern_flows::App;
use postern_flows::authorize::{self, Candidate, Choose, Next, Unreturnable};
use postern_templating::pages::{ChooseOrganization, OrganizationOption};
use postern_templating::{Section, Text};

use crate::answer::{cannot_return, go_on, person};
use crate::request::Visitor;
use crate::{csp, face, page, said};

/// The page itself.
pub(super) fn question(app: &App, visitor: &Visitor, choose: &Choose) -> Response {
    let query = |pairs: &[(&str, &str)]| {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let back = ("return_to", choose.return_to.as_str());
    let mut response = page::render(&ChooseOrganization {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        request: choose.request.clone(),
        face: face::of(&choose.client),
        error: choose.problem.as_ref().map(said::text),
        organizations: choose.candidates.iter().map(|one| option(one, choose)).collect(),
        create_url: format!("/organizations/new?{}", query(&[back])),
        switch_url: format!("/login?{}", query(&[("other", "1"), back])),
    });
    if choose.problem.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let policy = csp::with_form_action(&choose.redirect_uri);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn option(candidate: &Candidate, choose: &Choose) -> OrganizationOption {
    OrganizationOption {
        id: candidate.organization.id.to_string(),
        name: candidate.organization.name.to_string(),
        slug: candidate.organization.slug.to_string(),
        refusal: candidate.bar.map(|bar| said::text(&bar.said(&choose.client, candidate.role))),
        role: Text::sentence(candidate.role.as_str()),
        selected: candidate.is_selected,
    }
}

/// Takes what was chosen.
pub(super) async fn chosen(
    app: &App,
    visitor: &Visitor,
    request: &str,
    goes_on: bool,
    form: &Params,
) -> Response {
    let organization = form.get("organization_id").and_then(|id| id.parse::<OrganizationId>().ok());
    let next: Result<Next, Unreturnable> =
        authorize::choose(app, request, goes_on, organization, person(visitor)).await;
    match next {
        Ok(Next::ChooseOrganization(again)) => question(app, visitor, &again),
        // Consent has an address of its own, so that loading the page again chooses nothing again.
        Ok(next) => go_on(app, visitor, next),
        Err(error) => cannot_return(visitor, error).into_response(),
    }
}
