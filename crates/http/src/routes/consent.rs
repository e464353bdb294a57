//! `/consent`: whether an app may have what it asks for.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use postern_domain::{ClientOwner, Params, Refusal};
use postern_flows::App;
use postern_flows::authorize::{
    self, Ask, AskedGroup, AskedScope, Decision, Keeps, Limit, Next, Reach, Unreturnable, Within,
};
use postern_templating::pages::{Consent, ConsentOrganization, OrganizationBox, OrganizationLimit, Unproven};
use postern_templating::{ScopeGroup, ScopeLine, Section, Text, When, span, t};

use crate::answer::{PageRefusal, cannot_return, go_on, person};
use crate::request::{PageForm, Visitor};
use crate::rights::{Right, Routes};
use crate::{csp, face, page};

use super::authorize::wrong_method;
use super::choose_organization;

const PATH: &str = "/consent";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, ask).post(PATH, Right::Public, decide).with(
        // A HEAD that is served as a GET could issue a code.
        "HEAD",
        PATH,
        Right::Public,
        on(MethodFilter::HEAD, wrong_method).fallback(wrong_method),
    )
}

async fn ask(State(app): State<Arc<App>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let next = authorize::authorize(&app, query.as_deref().unwrap_or_default(), person(&visitor)).await;
    answer(&app, &visitor, next)
}

async fn decide(State(app): State<Arc<App>>, visitor: Visitor, PageForm(form): PageForm) -> Response {
    // Both at once is no decision.
    let allows = match form.all("decision").collect::<Vec<_>>().as_slice() {
        ["allow" | "continue"] => true,
        ["deny"] => false,
        _ => {
            return PageRefusal::from(Refusal::invalid_request("choose one of the two buttons"))
                .into_response();
        }
    };
    let request = form.get("request").unwrap_or_default();
    if authorize::is_choice(request) {
        return choose_organization::chosen(&app, &visitor, request, allows, &form).await;
    }
    let decision = if allows { Decision::Allow(reach(&form)) } else { Decision::Deny };
    let next = authorize::decide(&app, request, &decision, person(&visitor)).await;
    answer(&app, &visitor, next)
}

fn answer(app: &App, visitor: &Visitor, next: Result<Next, Unreturnable>) -> Response {
    match next {
        Ok(Next::Consent(ask)) => question(app, visitor, &ask),
        Ok(Next::ChooseOrganization(choose)) => choose_organization::question(app, visitor, &choose),
        Ok(next) => go_on(app, visitor, next),
        Err(error) => cannot_return(visitor, error).into_response(),
    }
}

fn question(app: &App, visitor: &Visitor, ask: &Ask) -> Response {
    let now = app.clock.now().0;
    let client = &ask.client;
    let metadata = &client.metadata;
    let switch = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("other", "1")
        .append_pair("return_to", &ask.return_to)
        .finish();
    let question = Consent {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        request: ask.request.clone(),
        face: face::of(client),
        publisher: ask.publisher.clone(),
        unverified: client.owner == ClientOwner::Nobody,
        homepage_url: metadata.homepage_url.as_ref().map(ToString::to_string),
        terms_url: metadata.terms_url.as_ref().map(ToString::to_string),
        privacy_url: metadata.privacy_url.as_ref().map(ToString::to_string),
        known_since: When::new(client.created_at.0, now),
        redirect_host: ask.redirect_host.clone(),
        unproven: unproven(ask),
        groups: ask.groups.iter().map(group).collect(),
        resources: ask.resources.clone(),
        limits: ask.limits.clone(),
        last_allowed: ask.last_allowed.map(|at| When::new(at.0, now)),
        lifetime: lifetime(metadata.name.as_str(), ask.keeps),
        switch_url: format!("/login?{switch}"),
        organization: ask.organization.as_ref().map(|(organization, role)| ConsentOrganization {
            name: organization.name.to_string(),
            slug: organization.slug.to_string(),
            role: Text::sentence(role.to_string()),
            change_url: format!("{PATH}?{}", ask.other_organization),
        }),
        limit: ask.limit.as_ref().map(limit),
    };
    let mut response = page::render(&question);
    if ask.limit.as_ref().is_some_and(|limit| limit.problem.is_some()) {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let policy = csp::with_form_action(&ask.redirect_uri);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// What the person chose of their organizations, if they could choose.
fn reach(form: &Params) -> Option<Reach> {
    match form.get("organizations")? {
        "all" => Some(Reach::All),
        "chosen" => {
            Some(Reach::Chosen(form.all("organization_id").filter_map(|id| id.parse().ok()).collect()))
        }
        _ => None,
    }
}

fn limit(limit: &Limit) -> OrganizationLimit {
    let of_page = |within: &Within| OrganizationBox {
        id: within.organization.id.to_string(),
        name: within.organization.name.to_string(),
        slug: within.organization.slug.to_string(),
        checked: within.is_chosen,
        barred: within.is_barred,
    };
    OrganizationLimit {
        chosen: limit.is_chosen,
        organizations: limit.organizations.iter().map(of_page).collect(),
        error: limit.problem.clone().map(Text::sentence),
    }
}

fn unproven(ask: &Ask) -> Option<Unproven> {
    let on_this_device = ["http://", "https://"].iter().any(|web| ask.redirect_uri.starts_with(web));
    let why = if on_this_device { Unproven::Loopback } else { Unproven::PrivateScheme };
    (!ask.is_provably_the_clients).then_some(why)
}

fn group(group: &AskedGroup) -> ScopeGroup {
    let line = |scope: &AskedScope| ScopeLine {
        label: Text::sentence(scope.label.clone()),
        description: Text::sentence(scope.description.clone()),
        new: scope.is_new,
    };
    ScopeGroup { name: Text::sentence(group.name.clone()), scopes: group.scopes.iter().map(line).collect() }
}

fn lifetime(name: &str, keeps: Keeps) -> Text {
    let (sentence, lasts) = match keeps {
        Keeps::For(lasts) => (t("{app} keeps this access for {span}."), lasts),
        Keeps::UntilUnusedFor(lasts) => {
            (t("{app} keeps this access until it has not used it for {span}."), lasts)
        }
    };
    sentence.with("app", name).with("span", span(lasts.as_seconds()))
}
