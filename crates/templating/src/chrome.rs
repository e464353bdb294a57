//! What is around every page: the operator's name and logo, the person, where they are, and what just happened.

use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, OrganizationNav, OrganizationTab, Text, When, assets, avatar, colour};

/// The frame of a page, the same for all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chrome {
    /// Name, logo and accent of this instance.
    pub branding: Branding,
    /// Who is signed in, if anybody.
    pub account: Option<Account>,
    /// The form token of this session. Every form sends it back as `form_token`.
    pub form_token: String,
    /// The entry of the navigation that is marked as the current one.
    pub section: Section,
    /// The organization that the page is about, if it is about one: its tabs are shown then.
    pub organization: Option<OrganizationNav>,
    /// What was just done and what comes next, shown on top of the page.
    pub notice: Option<Notice>,
    /// Whether scripts of the page can call the API in the person's name: `session_api_token.enabled`.
    #[serde(default)]
    pub session_api: bool,
    /// Whether an administrator looks at the page as somebody else: every page says so.
    #[serde(default)]
    pub acting: Option<Acting>,
}

/// An administrator who acts as the person of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acting {
    /// The administrator's user name.
    pub by: String,
    /// When it ends by itself.
    pub until: When,
}

/// How this instance looks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Branding {
    /// Name of the service, e.g. *Acme accounts*.
    pub name: String,
    /// Path or URL of a logo (square, shown at 24 px); none shows Postern's own mark.
    pub logo_url: Option<String>,
    /// Accent colour as six hexadecimal digits, with or without `#`. Anything else is ignored. Shades that keep AA
    /// contrast in both schemes are computed from it.
    pub accent: Option<String>,
}

/// A person, as pages name them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Display name; the user name where the person gave none.
    pub name: String,
    /// User name, without `@`.
    pub username: String,
    /// E-mail address.
    pub email: String,
    /// Whether the administrators' pages are offered: to who manages users.
    pub is_admin: bool,
    /// When the account is deleted, if the person asked for that: every page says so.
    #[serde(default)]
    pub deletes: Option<When>,
    /// Whether all of them are: to who administers the instance.
    #[serde(default)]
    pub is_instance_admin: bool,
}

/// Where in the dashboard a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Section {
    /// `/`
    Home,
    /// `/settings/applications`
    Applications,
    /// `/settings/sessions`
    Sessions,
    /// `/settings/profile`
    Profile,
    /// `/settings/security`
    Security,
    /// `/settings/account` and below
    OwnAccount,
    /// `/developer/clients` and below
    Clients,
    /// `/settings/tokens` and below
    Tokens,
    /// `/organizations` and below
    Organizations,
    /// `/audit`
    Audit,
    /// `/admin` and below, for administrators
    Admin(AdminTab),
    /// A page outside the navigation: sign-in, consent, errors.
    Elsewhere,
}

/// A message on top of a page, usually after an action.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notice {
    /// Whether it went well.
    pub kind: NoticeKind,
    /// One or two short sentences: what was done, what comes next.
    pub text: Text,
}

/// How a [`Notice`] is coloured and announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// It was done.
    Done,
    /// Something to know.
    Info,
    /// It was done, but something wants attention.
    Warning,
    /// It was not done.
    Failed,
}

impl NoticeKind {
    /// The class that gives the colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Done => "good",
            Self::Info => "neutral",
            Self::Warning => "warning",
            Self::Failed => "bad",
        }
    }

    /// The icon that says the same as the colour.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Done => "check",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Failed => "stop",
        }
    }

    /// The role that makes a screen reader say it: at once where it failed, else when there is a pause.
    pub fn role(self) -> &'static str {
        if self == Self::Failed { "alert" } else { "status" }
    }
}

impl Notice {
    /// What was done.
    pub fn done(text: impl Into<Text>) -> Self {
        Self { kind: NoticeKind::Done, text: text.into() }
    }

    /// Something to know.
    pub fn info(text: impl Into<Text>) -> Self {
        Self { kind: NoticeKind::Info, text: text.into() }
    }

    /// Something that wants attention.
    pub fn warning(text: impl Into<Text>) -> Self {
        Self { kind: NoticeKind::Warning, text: text.into() }
    }

    /// What was not done, and why.
    pub fn failed(text: impl Into<Text>) -> Self {
        Self { kind: NoticeKind::Failed, text: text.into() }
    }
}

impl Section {
    /// Whether this is one of the settings, which share a second row of navigation.
    pub fn is_settings(self) -> bool {
        matches!(self, Self::Profile | Self::Security | Self::Sessions | Self::OwnAccount)
    }
}

impl Account {
    /// Up to two letters for the round mark: the first of the first and of the last word of the name.
    pub fn initials(&self) -> String {
        avatar::initials(if self.name.trim().is_empty() { &self.username } else { &self.name })
    }

    /// The person of the samples.
    pub fn sample() -> Self {
        Self {
            name: "Ada Lovelace".into(),
            username: "ada".into(),
            email: "ada@example.com".into(),
            is_admin: false,
            deletes: None,
            is_instance_admin: false,
        }
    }
}

impl Branding {
    /// Path of the stylesheet that carries the operator's accent; none where there is no (valid) accent.
    pub fn accent_url(&self) -> Option<String> {
        let accent = self.accent.as_deref()?;
        colour::Rgb::parse(accent).map(|colour| assets::accent_url(&colour.hex()))
    }

    /// Postern's own name, mark and accent.
    pub fn plain() -> Self {
        Self { name: "Postern".into(), logo_url: None, accent: None }
    }
}

impl Chrome {
    /// Whether this entry of the navigation is the current one. A page of an organization is under *Organizations*,
    /// whatever it shows.
    pub(crate) fn is_at(&self, section: Section) -> bool {
        match self.organization {
            Some(_) => section == Section::Organizations,
            None => section == self.section,
        }
    }

    /// Whether this is one of the administrators' pages.
    pub(crate) fn is_admin(&self) -> bool {
        self.organization.is_none() && matches!(self.section, Section::Admin(_))
    }

    /// The tabs of the administrators' pages that the person sees, each with whether it is marked; none elsewhere.
    pub(crate) fn admin_tabs(&self) -> Vec<(AdminTab, bool)> {
        let Section::Admin(here) = self.section else { return Vec::new() };
        let sees_all = self.account.as_ref().is_some_and(|account| account.is_instance_admin);
        let tabs = AdminTab::ALL.into_iter().filter(|tab| sees_all || tab.is_of_users());
        tabs.map(|tab| (tab, tab == here)).collect()
    }

    /// Where the clients are listed that a page belongs to: the person's or the organization's.
    pub(crate) fn clients_url(&self) -> String {
        match &self.organization {
            Some(organization) => format!("/organizations/{}/clients", organization.slug),
            None => "/developer/clients".into(),
        }
    }

    /// The frame of the samples on a page of an organization.
    pub fn sample_organization(tab: OrganizationTab) -> Self {
        Self { organization: Some(OrganizationNav::sample(tab)), ..Self::sample(Section::Organizations) }
    }

    /// The same for an organization with a long name, of which the person only is a member.
    pub fn sample_member(tab: OrganizationTab) -> Self {
        Self {
            organization: Some(OrganizationNav::sample_member(tab)),
            ..Self::sample(Section::Organizations)
        }
    }

    /// The frame of the samples for somebody who administers the instance.
    pub fn sample_admin(section: Section) -> Self {
        let account = Account { is_admin: true, is_instance_admin: true, ..Account::sample() };
        Self { account: Some(account), ..Self::sample(section) }
    }

    /// The same for somebody who may manage others only.
    pub fn sample_manager(section: Section) -> Self {
        let account = Account { is_admin: true, ..Account::sample() };
        Self { account: Some(account), ..Self::sample(section) }
    }

    /// The frame of the samples: somebody is signed in.
    pub fn sample(section: Section) -> Self {
        Self {
            branding: Branding::plain(),
            account: Some(Account::sample()),
            form_token: "c2FtcGxlLWZvcm0tdG9rZW4".into(),
            section,
            organization: None,
            notice: None,
            session_api: false,
            acting: None,
        }
    }

    /// The frame of the samples: nobody is signed in.
    pub fn sample_signed_out() -> Self {
        Self { account: None, ..Self::sample(Section::Elsewhere) }
    }

    /// The same in the colours of an operator with a long name.
    pub fn branded(mut self) -> Self {
        self.branding = Branding {
            name: "Analytical Engines of Marylebone".into(),
            logo_url: Some(assets::asset_url("mark.svg").into()),
            accent: Some("#e8590c".into()),
        };
        self
    }

    /// The same while an administrator acts as the person.
    pub fn acted(mut self) -> Self {
        let until = When::new(SAMPLE_NOW + 1_500, SAMPLE_NOW);
        self.acting = Some(Acting { by: "grace".into(), until });
        self
    }

    /// The same with a message on top.
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }
}
