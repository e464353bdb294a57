//! `/settings/account`: taking one's data along, and the end of the account.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Organization, Refusal};
use postern_flows::account_deletion::{self, Asked, Consequences};
use postern_templating::pages::{Account, AccountDelete, NamedOrganization};
use postern_templating::{Field, Notice, Section, When, t};

use super::api::MyData;
use crate::answer::{PageRefusal, form_errors};
use crate::heading::prove_first;
use crate::page;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};

const PATH: &str = "/settings/account";
const DATA: &str = "/settings/account/data.json";
const DELETE: &str = "/settings/account/delete";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(PATH, Right::Session, show)
        .post(PATH, Right::Session, take_back)
        .get(DATA, Right::Session, data)
        .get(DELETE, Right::Session, ask)
        .post(DELETE, Right::Session, delete)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let PageRequest { app, visitor, signed_in } = &page;
    let mut chrome = page::chrome(app, visitor, Section::OwnAccount);
    chrome.notice = match query.get("done") {
        Some("kept") => Some(Notice::done(t("Your account stays."))),
        _ => None,
    };
    Ok(page::render(&Account {
        chrome,
        deletes: signed_in.user.deletes_at.map(|at| When::new(at.0, app.clock.now().0)),
        data_url: DATA.to_owned(),
        delete_url: DELETE.to_owned(),
    }))
}

async fn take_back(
    PageRequest { app, signed_in, .. }: PageRequest,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    if form.get("action") != Some("keep") {
        return Err(Refusal::invalid_request("choose what to do").into());
    }
    account_deletion::take_back(&app, &signed_in.user).await?;
    Ok(Redirect::to(&format!("{PATH}?done=kept")).into_response())
}

async fn data(page: PageRequest) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(PATH));
    }
    let PageRequest { app, signed_in, .. } = &page;
    let found = MyData::of(app, &signed_in.user, &signed_in.session).await?;
    let text = serde_json::to_string_pretty(&found).map_err(Refusal::because)?;
    let name = format!("attachment; filename=\"{}.json\"", signed_in.user.username);
    let head = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, text).into_response())
}

async fn ask(page: PageRequest) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(DELETE));
    }
    Ok(page::render(&question(&page, Field::empty()).await?))
}

async fn delete(page: PageRequest, PageForm(form): PageForm) -> Result<Response, PageRefusal> {
    let PageRequest { app, signed_in, .. } = &page;
    let typed = form.get("confirm").unwrap_or_default();
    match account_deletion::ask(app, &signed_in.user, &signed_in.session, typed).await {
        Ok(Asked::For(_)) => Ok(Redirect::to(PATH).into_response()),
        Ok(Asked::NeedsProof) => Ok(prove_first(DELETE)),
        Err(refusal) => {
            let (_, _, mark) = form_errors(refusal)?;
            let told = t("Type your user name exactly: {username}.")
                .with("username", signed_in.user.username.as_str());
            let again = question(&page, Field::new(typed).with_error(told)).await?;
            Ok(mark.put_on(page::render(&again)))
        }
    }
}

async fn question(page: &PageRequest, confirm: Field) -> Result<AccountDelete, Refusal> {
    let PageRequest { app, visitor, signed_in } = page;
    let Consequences { deleted, left, in_the_way, clients, is_last_administrator } =
        account_deletion::consequences(app, &signed_in.user).await?;
    let now = app.clock.now();
    Ok(AccountDelete {
        chrome: page::chrome(app, visitor, Section::OwnAccount),
        username: signed_in.user.username.to_string(),
        until: When::new(now.plus(app.config.lifetimes.account_deletion).0, now.0),
        deleted: deleted.iter().map(named).collect(),
        left: left.iter().map(named).collect(),
        in_the_way: in_the_way.iter().map(named).collect(),
        clients,
        is_last_administrator,
        account_url: PATH.to_owned(),
        confirm,
    })
}

fn named(organization: &Organization) -> NamedOrganization {
    NamedOrganization { name: organization.name.to_string(), slug: organization.slug.to_string() }
}
