use axum::http::StatusCode;
use axum::response::Response;
use postern_domain::{ErrorCode, Params, Refusal, UserId};
use postern_flows::organizations::{self, PolicyDraft};
use postern_flows::{FieldErrors, FormRefusal};
use postern_templating::Text;

use super::AtPlace;
use super::done::Done;
use super::settings_page::{Shown, effects_in_words, render};
use crate::answer::{PageRefusal, form_errors, sentence};
use crate::request::{FormAbout, PageQuery};

pub(super) async fn show(at: AtPlace, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let shown = Shown { notice: Done::notice(query.get("done")), ..Shown::default() };
    Ok(render(&at, shown).await?)
}

pub(super) async fn change(FormAbout(at, form): FormAbout<AtPlace>) -> Result<Response, PageRefusal> {
    if let Some(first) = at.proof_first("settings") {
        return Ok(first);
    }
    let done = match form.get("action") {
        Some("save") => save(&at, &form).await,
        Some("policy") => policy(&at, &form).await,
        _ => act(&at, &form).await,
    };
    match done {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(again(&at, form, refusal).await?),
    }
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(at: &AtPlace, form: Params, refusal: FormRefusal) -> Result<Response, Refusal> {
    if let FormRefusal::Refused(refusal) = &refusal
        && matches!(refusal.code, ErrorCode::Conflict | ErrorCode::NotFound)
    {
        let problem = Some(Text::sentence(sentence(&refusal.description)));
        let shown = Shown { typed: form, problem, ..Shown::default() };
        let mut response = render(at, shown).await?;
        *response.status_mut() = StatusCode::CONFLICT;
        return Ok(response);
    }
    let (errors, problem, mark) = form_errors(refusal)?;
    let policy = (form.get("action") == Some("policy")).then(|| (draft_of(&form), Vec::new()));
    let shown = Shown { typed: form, errors, problem, policy, notice: None };
    Ok(mark.put_on(render(at, shown).await?))
}

async fn save(at: &AtPlace, form: &Params) -> Result<Response, FormRefusal> {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let (app, actor, id) = (&at.page.app, &at.place.actor, at.place.organization.id);
    let renamed = organizations::rename(app, actor, id, text("name"), text("slug")).await?;
    // Under its new address.
    Ok(Done::Saved.and_go_to(&format!("/organizations/{}/settings", renamed.slug)))
}

fn draft_of(form: &Params) -> PolicyDraft {
    PolicyDraft {
        max_token_lifetime: form.get("max_token_lifetime").unwrap_or_default().to_owned(),
        apps_need_approval: form.get("apps_need_approval").is_some(),
        members_need_second_factor: form.get("members_need_second_factor").is_some(),
    }
}

/// Sets the policy, unless it breaks something that the person was not told yet: then it says what.
async fn policy(at: &AtPlace, form: &Params) -> Result<Response, FormRefusal> {
    let (app, place) = (&at.page.app, &at.place);
    let (organization, draft) = (&place.organization, draft_of(form));
    if form.get("confirmed").is_none() {
        let effects = organizations::effects(app, &place.actor, organization, &draft).await?;
        if !effects.is_none() {
            let policy = Some((draft, effects_in_words(app, &effects)));
            let shown = Shown { typed: form.clone(), policy, ..Shown::default() };
            return Ok(render(at, shown).await?);
        }
    }
    organizations::set_policy(app, &place.actor, organization.id, &draft).await?;
    Ok(Done::PolicySet.and_go_to(&place.path("settings")))
}

async fn act(at: &AtPlace, form: &Params) -> Result<Response, FormRefusal> {
    let (app, actor, id) = (&at.page.app, &at.place.actor, at.place.organization.id);
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
    Ok(done.and_go_to(&at.place.path("settings")))
}
