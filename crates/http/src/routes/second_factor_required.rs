//! `/settings/security/required`: the way to a second factor that the server asks somebody for, and the only one until then.

use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::OwnPath;
use postern_flows::second_factor::{self, Owed};
use postern_flows::{App, RequiredOf, passkeys};
use postern_templating::Section;
use postern_templating::pages::SecondFactorRequired;

use super::authenticator;
use super::passkeys as passkey_pages;
use crate::answer::PageRefusal;
use crate::request::{PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::{heading, page};

const PATH: &str = "/settings/security/required";
const PROOF: &str = "/reauthenticate";
/// What is open to somebody who has to set one up, besides signing out.
const OPEN: [&str; 5] = [PATH, authenticator::PATH, passkey_pages::NEW, passkey_pages::QUESTION, PROOF];

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show)
}

/// Where somebody goes first who asks for a page for people who are signed in, if this server asks something of them.
pub(crate) fn first(owed: Option<Owed>, method: &Method, uri: &Uri) -> Option<Response> {
    let owed = owed?;
    let is_open = match owed {
        Owed::SetUp => OPEN.contains(&uri.path()),
        Owed::Prove => uri.path() == PROOF,
    };
    if is_open {
        return None;
    }
    let here = uri
        .path_and_query()
        .filter(|_| *method == Method::GET)
        .and_then(|here| OwnPath::parse(here.as_str()));
    Some(lead(owed, &here.unwrap_or_else(OwnPath::home)))
}

fn lead(owed: Owed, return_to: &OwnPath) -> Response {
    let page = match owed {
        Owed::SetUp => PATH,
        Owed::Prove => PROOF,
    };
    Redirect::to(&heading::with_return_to(page, return_to)).into_response()
}

/// Where somebody goes to set a second factor up for a request of an app.
pub(crate) fn for_request(path: &str) -> Response {
    let path = OwnPath::parse(path).unwrap_or_else(OwnPath::home);
    lead(Owed::SetUp, &path)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&query);
    let PageRequest { app, visitor, signed_in } = &page;
    match second_factor::owed(app, &signed_in.user, &signed_in.session).await? {
        Some(Owed::SetUp) => {}
        Some(Owed::Prove) => return Ok(lead(Owed::Prove, &return_to)),
        None => return Ok(Redirect::to(return_to.as_str()).into_response()),
    }
    let (authenticator_url, passkey_url) = ways(app, &return_to);
    Ok(page::render(&SecondFactorRequired {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        of_administrators: app.config.second_factor.required_of == RequiredOf::Administrators,
        authenticator_url,
        passkey_url,
    }))
}

/// Where an authenticator app is set up, and where a passkey is added if there can be one, on the way to `return_to`.
pub(crate) fn ways(app: &App, return_to: &OwnPath) -> (String, Option<String>) {
    let passkey =
        passkeys::are_possible(&app.config).then(|| heading::with_return_to(passkey_pages::NEW, return_to));
    (heading::with_return_to(authenticator::PATH, return_to), passkey)
}
