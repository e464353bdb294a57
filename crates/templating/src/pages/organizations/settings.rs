//! `/organizations/{slug}/settings`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    AppFace, Badge, Choice, Chrome, Field, FieldError, OrganizationTab, Page, Text, Tone, When,
    pages::SAMPLE_NOW, span, t, tn,
};

/// Name, policy, apps and the gravest actions. Forms post `form_token` to `/organizations/{slug}/settings` with
/// `action`: `save` (`name`, `slug`), `policy` (`max_token_lifetime`, `apps_need_approval=on`,
/// `members_need_second_factor=on`, and `confirmed=on` once its [`effects`](PolicyForm::effects) were shown), `approve_app` or `withdraw_app` (`client_id`), `transfer`
/// (`user_id`).
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/settings.html")]
pub struct OrganizationSettings {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses, as it is now.
    pub slug: String,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// Name and slug, for owners.
    pub name: Option<NameForm>,
    /// The policy, for owners.
    pub policy: Option<PolicyForm>,
    /// Apps that hold access to the organization, wait for approval, or are approved.
    pub apps: Vec<OrganizationApp>,
    /// Whether an app needs approval now.
    pub apps_need_approval: bool,
    /// The members that can become owner in the person's place, by name; `value` is the user id. Empty for those who
    /// are not an owner.
    pub transfer: Vec<Choice>,
    /// What is wrong with the transfer.
    pub transfer_error: Option<Text>,
    /// Whether the person may delete the organization.
    pub may_delete: bool,
}

/// What the organization is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NameForm {
    /// `name`
    pub name: Field,
    /// `slug`
    pub slug: Field,
    /// What stands before the slug in addresses, e.g. `id.example.com/organizations/`.
    pub address: String,
}

/// What the organization demands of tokens and apps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyForm {
    /// `max_token_lifetime`, e.g. `90d`; empty leaves it to the server.
    pub max_token_lifetime: Field,
    /// The server's own cap, e.g. *365 days*.
    pub server_lifetime: Option<Text>,
    /// `apps_need_approval`
    pub apps_need_approval: bool,
    /// `members_need_second_factor`
    pub members_need_second_factor: bool,
    /// What is wrong with it.
    pub second_factor_error: Option<Text>,
    /// What the change would break, a sentence each. Not empty asks the person to save once more.
    pub effects: Vec<Text>,
}

/// An app and what it is to the organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganizationApp {
    /// Its client id, for the form.
    pub client_id: String,
    /// Its name and logo.
    pub face: AppFace,
    /// Who made it.
    pub publisher: Option<String>,
    /// Its state, e.g. *has access*, *approved* or *waits for approval*.
    pub state: Badge,
    /// Whether it is approved: then it can be withdrawn, which cuts it off at once.
    pub approved: bool,
    /// When it asked, was approved or was given access.
    pub since: When,
}

impl PolicyForm {
    /// What to write as the longest life, and what nothing means.
    fn lifetime_help(&self) -> Text {
        match &self.server_lifetime {
            Some(server) => {
                t("A number and a unit, h or d, such as 90d. This server allows {span} at most, and that holds if it is empty.")
                    .with("span", server)
            }
            None => t("A number and a unit, h or d, such as 90d. Empty: no limit."),
        }
    }
}

impl OrganizationSettings {
    fn url(&self) -> String {
        format!("/organizations/{}/settings", self.slug)
    }

    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let name = self.name.iter().flat_map(|form| [form.name.summary("name"), form.slug.summary("slug")]);
        let policy = self.policy.iter().flat_map(|form| {
            [
                form.max_token_lifetime.summary("max_token_lifetime"),
                FieldError::plain("members_need_second_factor", &form.second_factor_error),
            ]
        });
        name.chain(policy).chain([FieldError::plain("user_id", &self.transfer_error)]).flatten().collect()
    }
}

fn sample_app(name: &str, state: Badge, approved: bool, ago: i64) -> OrganizationApp {
    OrganizationApp {
        client_id: format!("postern_ci_{}", name.len()),
        face: AppFace::new(name),
        publisher: Some("Charles Babbage".into()),
        state,
        approved,
        since: When::new(SAMPLE_NOW - ago, SAMPLE_NOW),
    }
}

impl Page for OrganizationSettings {
    const NAME: &'static str = "organization-settings";

    fn sample() -> Self {
        let long = "Sea Charts and everything else that floats, for sailors and their friends 🌊";
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Settings),
            slug: "acme-labs".into(),
            problem: None,
            name: Some(NameForm {
                name: Field::new("Acme Labs"),
                slug: Field::new("acme-labs"),
                address: "id.example.com/organizations/".into(),
            }),
            policy: Some(PolicyForm {
                max_token_lifetime: Field::new("90d"),
                server_lifetime: Some(span(365 * 86_400)),
                apps_need_approval: true,
                members_need_second_factor: false,
                second_factor_error: None,
                effects: Vec::new(),
            }),
            apps: vec![
                sample_app("Field Notes", Badge::new(Tone::Warning, t("waits for approval")), false, 7_200),
                sample_app(long, Badge::new(Tone::Good, t("has access")), true, 40 * 86_400),
                sample_app("دفتر", Badge::new(Tone::Neutral, t("approved, not used")), true, 90 * 86_400),
            ],
            apps_need_approval: true,
            transfer: vec![
                Choice::new("u-charles", Text::verbatim("Charles Babbage (charles)")),
                Choice::new("u-grace", Text::verbatim("Grace Hopper (grace)")),
            ],
            transfer_error: None,
            may_delete: true,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let mut breaks = sample.clone();
        if let Some(policy) = &mut breaks.policy {
            policy.max_token_lifetime = Field::new("30d");
            policy.effects = vec![
                tn(
                    "1 token ends sooner than now, {when}: {names}.",
                    "{count} tokens end sooner than now, {when}: {names}.",
                    2_u64,
                )
                .with("when", When::new(SAMPLE_NOW + 30 * 86_400, SAMPLE_NOW).relative())
                .with("names", "Nightly import, Warehouse"),
                t("{app} is not approved and loses its access at once.").with("app", "Field Notes"),
                tn(
                    "1 of {all} members can do nothing here until they set up a second step, nor can their tokens and apps: {names}.",
                    "{count} of {all} members can do nothing here until they set up a second step, nor can their tokens and apps: {names}.",
                    2_u64,
                )
                .with("all", "12")
                .with("names", "Charles Babbage, Grace Hopper"),
            ];
            policy.members_need_second_factor = true;
        }
        let mut errors = sample.clone();
        if let Some(form) = &mut errors.name {
            form.slug = Field::new("astronomers").with_error(t("Another organization has this address."));
        }
        if let Some(policy) = &mut errors.policy {
            policy.max_token_lifetime =
                Field::new("2 years").with_error(Text::verbatim(
                    "“2 years” is not a span of time: write a whole number with s, m, h or d, as in 60s, 12h or 10d.",
                ));
            policy.members_need_second_factor = true;
            policy.second_factor_error = Some(t("Set up a second step of your own first."));
        }
        errors.transfer_error = Some(t("Choose a member."));
        let admin = Self {
            name: None,
            policy: None,
            apps: Vec::new(),
            transfer: Vec::new(),
            may_delete: false,
            ..sample
        };
        vec![("policy breaks something", breaks), ("errors", errors), ("seen by an admin", admin)]
    }
}
