use axum::response::Response;
use postern_domain::{Capability, Params, Refusal};
use postern_flows::organizations::{self, AppState, Effects, PolicyDraft};
use postern_flows::{App, FieldErrors, Paging};
use postern_templating::pages::{NameForm, OrganizationApp, OrganizationSettings, PolicyForm};
use postern_templating::{Badge, Choice, Field, Notice, OrganizationTab, Text, Tone, When, span, t, tn};

use super::new::address;
use super::{AtPlace, Place};
use crate::{face, page};

/// How many members are named who would be kept out.
const NAMED: usize = 30;

/// What is shown on the page besides how things are.
pub(super) struct Shown {
    pub(super) notice: Option<Notice>,
    pub(super) problem: Option<Text>,
    /// What was typed, and what is wrong with it.
    pub(super) typed: Params,
    pub(super) errors: FieldErrors,
    /// The policy that was typed, and what it would break.
    pub(super) policy: Option<(PolicyDraft, Vec<Text>)>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            notice: None,
            problem: None,
            typed: Params::default(),
            errors: FieldErrors::none(),
            policy: None,
        }
    }
}

pub(super) async fn render(at: &AtPlace, shown: Shown) -> Result<Response, Refusal> {
    let (app, place) = (&at.page.app, &at.place);
    let organization = &place.organization;
    let is_owner = place.role.may(Capability::SetPolicy);
    let apps = organizations::apps(app, &place.actor, organization).await?;
    let now = app.clock.now().0;
    let transfer = if is_owner { heirs(app, place).await? } else { Vec::new() };
    let mut chrome = at.chrome(OrganizationTab::Settings);
    chrome.notice = shown.notice.clone();
    Ok(page::render(&OrganizationSettings {
        chrome,
        slug: organization.slug.to_string(),
        problem: shown.problem.clone(),
        name: is_owner.then(|| name_form(app, place, &shown)),
        policy: is_owner.then(|| policy_form(app, place, &shown)),
        apps: apps.iter().map(|it| row(it, now)).collect(),
        apps_need_approval: organization.policy.apps_need_approval,
        transfer,
        transfer_error: shown.errors.of("user_id").map(Text::sentence),
        may_delete: place.role.may(Capability::Delete),
    }))
}

fn name_form(app: &App, place: &Place, shown: &Shown) -> NameForm {
    let is_typed = shown.typed.get("action") == Some("save");
    let field = |name: &str, now: &str| {
        let value = if is_typed { shown.typed.get(name).unwrap_or_default() } else { now };
        match shown.errors.of(name) {
            Some(error) => Field::new(value).with_error(Text::sentence(error)),
            None => Field::new(value),
        }
    };
    NameForm {
        name: field("name", place.organization.name.as_str()),
        slug: field("slug", place.organization.slug.as_str()),
        address: address(app),
    }
}

fn policy_form(app: &App, place: &Place, shown: &Shown) -> PolicyForm {
    let now = &place.organization.policy;
    let as_it_is = || PolicyDraft {
        max_token_lifetime: now.max_token_lifetime.map(|most| most.to_string()).unwrap_or_default(),
        apps_need_approval: now.apps_need_approval,
        members_need_second_factor: now.members_need_second_factor,
    };
    let (draft, effects) = shown.policy.clone().unwrap_or_else(|| (as_it_is(), Vec::new()));
    let field = Field::new(draft.max_token_lifetime);
    PolicyForm {
        max_token_lifetime: match shown.errors.of("max_token_lifetime") {
            Some(error) => field.with_error(Text::sentence(error)),
            None => field,
        },
        server_lifetime: app.config.tokens.max_lifetime.map(|most| span(most.as_seconds())),
        apps_need_approval: draft.apps_need_approval,
        members_need_second_factor: draft.members_need_second_factor,
        second_factor_error: shown.errors.of("members_need_second_factor").map(Text::sentence),
        effects,
    }
}

/// What a policy would break, a sentence each.
pub(super) fn effects_in_words(app: &App, effects: &Effects) -> Vec<Text> {
    let mut sentences = Vec::new();
    if let (Some(end), false) = (effects.end, effects.tokens.is_empty()) {
        let names: Vec<&str> =
            effects.tokens.iter().filter_map(|token| token.api()).map(|api| api.name.as_str()).collect();
        let sentence = tn(
            "1 token ends sooner than now, {when}: {names}.",
            "{count} tokens end sooner than now, {when}: {names}.",
            effects.tokens.len(),
        );
        let when = When::new(end.0, app.clock.now().0).relative();
        sentences.push(sentence.with("when", when).with("names", names.join(", ")));
    }
    if !effects.members.is_empty() {
        let (lacking, all) = effects.members_of_all;
        let mut names: Vec<&str> =
            effects.members.iter().map(|user| user.name.as_str()).take(NAMED).collect();
        if lacking > names.len() as u64 {
            names.push("…");
        }
        let sentence = tn(
            "1 of {all} members can do nothing here until they set up a second step, nor can their tokens and apps: {names}.",
            "{count} of {all} members can do nothing here until they set up a second step, nor can their tokens and apps: {names}.",
            lacking,
        );
        sentences.push(sentence.with("all", all).with("names", names.join(", ")));
    }
    for client in &effects.apps {
        let sentence = t("{app} is not approved and loses its access at once.");
        sentences.push(sentence.with("app", client.metadata.name.as_str()));
    }
    sentences
}

/// The members that the organization can be handed over to.
async fn heirs(app: &App, place: &Place) -> Result<Vec<Choice>, Refusal> {
    let paging = Paging { limit: Paging::MOST, cursor: None };
    let members = organizations::members(app, &place.actor, place.organization.id, &paging).await?;
    let own = place.actor.person().map(|person| person.id);
    let mut others: Vec<_> = members.items.into_iter().filter(|it| Some(it.user.id) != own).collect();
    others.sort_by_key(|it| it.user.name.as_str().to_lowercase());
    let choice = |it: &organizations::Member| {
        Choice::new(it.user.id.to_string(), format!("{} ({})", it.user.name, it.user.username))
    };
    Ok(others.iter().map(choice).collect())
}

fn row(app: &organizations::OrganizationApp, now: i64) -> OrganizationApp {
    OrganizationApp {
        client_id: app.client.identifier.to_string(),
        face: face::of(&app.client),
        publisher: app.publisher.clone(),
        state: match app.state {
            AppState::Waits => Badge::new(Tone::Warning, t("waits for approval")),
            AppState::Approved => Badge::new(Tone::Neutral, t("approved, not used")),
            AppState::HasAccess => Badge::new(Tone::Good, t("has access")),
            AppState::Barred => Badge::new(Tone::Bad, t("not approved, no access now")),
        },
        // What has access without needing an approval can be cut off as well.
        approved: app.is_approved || app.state == AppState::HasAccess,
        since: When::new(app.since.0, now),
    }
}
