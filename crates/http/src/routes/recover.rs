//! `/recover`: a link back into an account whose password is lost.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::OwnPath;
use postern_flows::{App, FormRefusal, recovery};
use postern_templating::pages::Recover;
use postern_templating::{Field, Section, t};

use crate::answer::{PageRefusal, form_errors};
use crate::request::{PageForm, PageQuery, Visitor};
use crate::rights::{Right, Routes};
use crate::session::Visiting;
use crate::{heading, page};

pub(crate) const PATH: &str = "/recover";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let is_asked = query.get("sent") == Some("1");
    Ok(page::render(&Recover { is_asked, ..form(&app, &visitor, &heading::return_to(&query)) }))
}

/// Says nothing of what was typed, and no more of accounts that there are than of those that there are not.
async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Visiting(visit): Visiting,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::return_to(&typed);
    let Some(identifier) = typed.get("identifier") else {
        let identifier = Field::empty().with_error(t("Enter your user name or your e-mail."));
        let again = Recover { identifier, ..form(&app, &visitor, &return_to) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&again)).into_response());
    };
    match recovery::ask(&app, identifier, visit.address).await {
        Ok(()) => {
            let sent = heading::with_return_to(PATH, &return_to);
            Ok(Redirect::to(&format!("{sent}&sent=1")).into_response())
        }
        Err(refusal) => {
            let (_, problem, mark) = form_errors(FormRefusal::Refused(refusal))?;
            let again = Recover { problem, ..form(&app, &visitor, &return_to) };
            Ok(mark.put_on(page::render(&again)))
        }
    }
}

fn form(app: &App, visitor: &Visitor, return_to: &OwnPath) -> Recover {
    Recover {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        is_asked: false,
        problem: None,
        identifier: Field::empty(),
        return_to: return_to.to_string(),
        sign_in_url: heading::with_return_to("/login", return_to),
    }
}
