//! `/organizations/{slug}/settings`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    AppFace, Badge, Choice, Chrome, Field, FieldError, OrganizationTab, Page, Tone, When, pages::SAMPLE_NOW,
};

/// Name, policy, apps and the gravest actions. Forms post `form_token` to `/organizations/{slug}/settings` with
/// `action`: `save` (`name`, `slug`), `policy` (`max_token_lifetime`, `apps_need_approval=on`, and `confirmed=on` once
/// its [`effects`](PolicyForm::effects) were shown), `approve_app` or `withdraw_app` (`client_id`), `transfer`
/// (`user_id`).
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/settings.html")]
pub struct OrganizationSettings {
    /// The frame.
    pub chrome: Chrome,
    /// The organization's name in addresses, as it is now.
    pub slug: String,
    /// What went wrong as a whole.
    pub problem: Option<crate::Text>,
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
    pub transfer_error: Option<crate::Text>,
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
    pub server_lifetime: Option<String>,
    /// `apps_need_approval`
    pub apps_need_approval: bool,
    /// What the change would break, a sentence each. Not empty asks the person to save once more.
    pub effects: Vec<String>,
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
    fn lifetime_help(&self) -> String {
        let empty = match &self.server_lifetime {
            Some(server) => format!("This server allows {server} at most, and that holds if it is empty."),
            None => "Empty: no limit.".to_owned(),
        };
        format!("A number and a unit, h or d, such as 90d. {empty}")
    }
}

impl OrganizationSettings {
    fn url(&self) -> String {
        format!("/organizations/{}/settings", self.slug)
    }

    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let name = self.name.iter().flat_map(|form| [form.name.summary("name"), form.slug.summary("slug")]);
        let policy = self.policy.iter().map(|form| form.max_token_lifetime.summary("max_token_lifetime"));
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
                server_lifetime: Some("365 days".into()),
                apps_need_approval: true,
                effects: Vec::new(),
            }),
            apps: vec![
                sample_app("Field Notes", Badge::new(Tone::Warning, "waits for approval"), false, 7_200),
                sample_app(long, Badge::new(Tone::Good, "has access"), true, 40 * 86_400),
                sample_app("دفتر", Badge::new(Tone::Neutral, "approved, not used"), true, 90 * 86_400),
            ],
            apps_need_approval: true,
            transfer: vec![
                Choice::new("u-charles", "Charles Babbage (charles)"),
                Choice::new("u-grace", "Grace Hopper (grace)"),
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
                "2 tokens end sooner: Nightly import in 30 days, Warehouse in 30 days.".into(),
                "Field Notes is not approved and loses its access at once.".into(),
            ];
        }
        let mut errors = sample.clone();
        if let Some(form) = &mut errors.name {
            form.slug = Field::new("astronomers").with_error("Another organization has this address.");
        }
        if let Some(policy) = &mut errors.policy {
            policy.max_token_lifetime =
                Field::new("2 years").with_error("Write a number and a unit: h or d.");
        }
        errors.transfer_error = Some("Choose a member.".into());
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
