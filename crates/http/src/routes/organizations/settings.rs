use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use postern_domain::{ErrorCode, Params, Refusal, UserId};
use postern_flows::organizations::{self, PolicyDraft};
use postern_flows::{App, FieldErrors, FormRefusal};

use super::Place;
use super::done::Done;
use super::place::proof_first;
use super::settings_page::{Shown, effects_in_words, render};
use crate::answer::{PageRefusal, form_errors, sentence};
use crate::request::{PageForm, QueryParams, SignedIn, Visitor};

pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    let shown = Shown { notice: Done::notice(query?.get("done")), ..Shown::default() };
    Ok(render(&app, &visitor, &place, shown).await?)
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    if let Some(first) = proof_first(&app, &signed_in, &place.path("settings")) {
        return Ok(first);
    }
    let done = match form.get("action") {
        Some("save") => save(&app, &place, &form).await,
        Some("policy") => policy(&app, &visitor, &place, &form).await,
        _ => act(&app, &place, &form).await,
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(again(&app, &visitor, &place, form, refusal).await?),
    }
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(
    app: &App,
    visitor: &Visitor,
    place: &Place,
    form: Params,
    refusal: FormRefusal,
) -> Result<Response, Refusal> {
    if let FormRefusal::Refused(refusal) = &refusal
        && matches!(refusal.code, ErrorCode::Conflict | ErrorCode::NotFound)
    {
        let problem = Some(sentence(&refusal.description));
        let shown = Shown { typed: form, problem, ..Shown::default() };
        let mut response = render(app, visitor, place, shown).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        return Ok(response);
    }
    let (errors, problem, mark) = form_errors(refusal)?;
    let policy = (form.get("action") == Some("policy")).then(|| (draft_of(&form), Vec::new()));
    let shown = Shown { typed: form, errors, problem, policy, notice: None };
    Ok(mark.put_on(render(app, visitor, place, shown).await?))
}

async fn save(app: &App, place: &Place, form: &Params) -> Result<Response, FormRefusal> {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let (actor, id) = (&place.actor, place.organization.id);
    let renamed = organizations::rename(app, actor, id, text("name"), text("slug")).await?;
    // Under its new address.
    Ok(Done::Saved.and_go_to(&format!("/organizations/{}/settings", renamed.slug)))
}

fn draft_of(form: &Params) -> PolicyDraft {
    PolicyDraft {
        max_token_lifetime: form.get("max_token_lifetime").unwrap_or_default().to_owned(),
        apps_need_approval: form.get("apps_need_approval").is_some(),
    }
}

/// Sets the policy, unless it breaks something that the person was not told yet: then it says what.
async fn policy(app: &App, visitor: &Visitor, place: &Place, form: &Params) -> Result<Response, FormRefusal> {
    let (organization, draft) = (&place.organization, draft_of(form));
    if form.get("confirmed").is_none() {
        let effects = organizations::effects(app, &place.actor, organization, &draft).await?;
        if !effects.is_none() {
            let policy = Some((draft, effects_in_words(app, &effects)));
            let shown = Shown { typed: form.clone(), policy, ..Shown::default() };
            return Ok(render(app, visitor, place, shown).await?);
        }
    }
    organizations::set_policy(app, &place.actor, organization.id, &draft).await?;
    Ok(Done::PolicySet.and_go_to(&place.path("settings")))
}

async fn act(app: &App, place: &Place, form: &Params) -> Result<Response, FormRefusal> {
    let (actor, id) = (&place.actor, place.organization.id);
    let client = form.get("client_id").unwrap_or_default();
    let done = match form.get("action") {
        Some("approve_app") => {
            organizations::approve(app, actor, id, client).await?;
            Done::Approved
        }
        Some("withdraw_app") => {
            organizations::withdraw(app, actor, id, client).await?;
            Done::Withdrawn
        }
        Some("transfer") => {
            let Some(to) = form.get("user_id").and_then(|id| id.parse::<UserId>().ok()) else {
                return Err(FieldErrors::one("user_id", "Choose a member.").into());
            };
            organizations::transfer(app, actor, id, to).await?;
            Done::HandedOver
        }
        _ => return Err(Refusal::invalid_request("choose one of the buttons").into()),
    };
    Ok(done.and_go_to(&place.path("settings")))
}
