//! `/settings/profile/email`: the proof that an address is the person's.

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::OwnPath;
use postern_flows::email_verification;
use postern_templating::Section;
use postern_templating::pages::{EmailStep, ProfileEmail};

use crate::answer::PageRefusal;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::{heading, page};

pub(super) const PATH: &str = "/settings/profile/email";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, submit)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let PageRequest { app, visitor, signed_in } = &page;
    let return_to = heading::return_to(&query);
    if signed_in.user.email_verified {
        return Ok(Redirect::to(after(&return_to)).into_response());
    }
    let step = match (query.get("verification"), query.get("sent")) {
        (Some(link), _) => {
            email_verification::check(app, &signed_in.user, link).await?;
            EmailStep::Confirm(link.to_owned())
        }
        (None, Some(_)) => EmailStep::Sent,
        (None, None) => EmailStep::Ask,
    };
    Ok(page::render(&ProfileEmail {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        email: signed_in.user.email.to_string(),
        step,
        return_to: return_to.as_str().to_owned(),
    }))
}

async fn submit(page: PageRequest, PageForm(typed): PageForm) -> Result<Response, PageRefusal> {
    let PageRequest { app, signed_in, .. } = &page;
    let return_to = heading::return_to(&typed);
    if let Some(link) = typed.get("verification") {
        email_verification::confirm(app, &signed_in.user, link).await?;
        return Ok(Redirect::to(after(&return_to)).into_response());
    }
    email_verification::send(app, &signed_in.user, &return_to).await?;
    let sent = heading::with_return_to(PATH, &return_to);
    Ok(Redirect::to(&format!("{sent}&sent=1")).into_response())
}

/// Who was heading nowhere sees on the profile that it is done.
fn after(return_to: &OwnPath) -> &str {
    if return_to.as_str() == "/" { "/settings/profile?done=verified" } else { return_to.as_str() }
}
