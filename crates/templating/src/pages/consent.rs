//! `/consent`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{AppFace, Avatar, Chrome, Page, ScopeGroup, ScopeLine, Section, Text, When, span, t};

/// Whether an app may have what it asks for. Posts `request`, `form_token` and `decision` (`allow` or `deny`, the
/// value of the button) to `/consent`; where access can be limited, also `organizations` (`all` or `chosen`) and
/// `organization_id` (once a ticked box).
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/consent.html")]
pub struct Consent {
    /// The frame; its account is the one that is asked.
    pub chrome: Chrome,
    /// Handle of the request, sent back as it is.
    pub request: String,
    /// The app's name and logo.
    pub face: AppFace,
    /// Who made the app, e.g. a person's name.
    pub publisher: Option<String>,
    /// Whether it registered itself, so that nobody here knows whose it is.
    pub unverified: bool,
    /// The app's homepage.
    pub homepage_url: Option<String>,
    /// The app's terms of service.
    pub terms_url: Option<String>,
    /// The app's privacy policy.
    pub privacy_url: Option<String>,
    /// Since when the app is registered here.
    pub known_since: When,
    /// Host of the redirect URI, e.g. `notes.example.com`; a loopback address or a private scheme as it is.
    pub redirect_host: String,
    /// Why nobody can be sure that this app is the one that gets the answer, if so.
    pub unproven: Option<Unproven>,
    /// What is asked for, by subject. Empty where the app only asks to sign the person in.
    pub groups: Vec<ScopeGroup>,
    /// What the APIs are called that it is for; none is any.
    pub resources: Vec<String>,
    /// The requests that it would be limited to, one limit each; none is any.
    pub limits: Vec<String>,
    /// When this person last allowed this app something, if ever; marks of new scopes mean *since then*.
    pub last_allowed: Option<When>,
    /// How long it lasts, as a whole sentence, e.g. *It keeps this access until it has not used it
    /// for 90 days.*
    pub lifetime: Text,
    /// Where to sign in as somebody else and come back to this request.
    pub switch_url: String,
    /// The organization it is for, where the app asks for access to one instead of a person.
    pub organization: Option<ConsentOrganization>,
    /// The organizations it can be limited to; none where the scopes reach no organization, or the person has none.
    pub limit: Option<OrganizationLimit>,
}

/// The organization that an app would speak for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentOrganization {
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// What the person is there.
    pub role: Text,
    /// Where another one is chosen for this request.
    pub change_url: String,
}

/// Which of the person's organizations an app may reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganizationLimit {
    /// Whether `chosen` is ticked instead of `all`.
    pub chosen: bool,
    /// The person's organizations, by name.
    pub organizations: Vec<OrganizationBox>,
    /// What is wrong, e.g. *Choose at least one.*
    pub error: Option<Text>,
}

/// An organization with a checkbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrganizationBox {
    /// Its id, which the form sends.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Whether the box is ticked.
    pub checked: bool,
    /// Whether it asks for a second factor that the person has not got, so that it can't be.
    pub barred: bool,
}

impl ConsentOrganization {
    fn avatar(&self) -> Avatar {
        Avatar::organization(&self.name)
    }
}

/// Why a redirect URI proves nothing about who is behind it (RFC 8252, section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unproven {
    /// `http://127.0.0.1`, `http://[::1]` or `http://localhost`: any program on this device may listen there.
    Loopback,
    /// A private scheme such as `com.example.app:`: any program on this device may claim it.
    PrivateScheme,
}

impl Consent {
    fn has_new(&self) -> bool {
        self.last_allowed.is_some()
            && self.groups.iter().flat_map(|group| &group.scopes).any(|scope| scope.new)
    }
}

impl Page for Consent {
    const NAME: &'static str = "consent";

    fn sample() -> Self {
        let group = |name: &'static str, scopes| ScopeGroup { name: t(name), scopes };
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            request: "sample-request".into(),
            face: AppFace::new("Field Notes"),
            publisher: Some("Charles Babbage".into()),
            unverified: false,
            homepage_url: Some("https://notes.example.com".into()),
            terms_url: Some("https://notes.example.com/terms".into()),
            privacy_url: Some("https://notes.example.com/privacy".into()),
            known_since: When::new(SAMPLE_NOW - 400 * 86_400, SAMPLE_NOW),
            redirect_host: "notes.example.com".into(),
            unproven: None,
            resources: Vec::new(),
            limits: Vec::new(),
            groups: vec![
                group(
                    "Your identity",
                    vec![
                        ScopeLine::new("Know who you are", "An identifier that is yours and never changes."),
                        ScopeLine::new(
                            "See your profile",
                            "Your name, your user name, and what else you say about yourself there: birthday, gender, language, time zone, picture and links.",
                        ),
                        ScopeLine::new(
                            "See your e-mail address",
                            "The address, and whether it was verified.",
                        ),
                    ],
                ),
                group(
                    "Your identity",
                    vec![ScopeLine::new(
                        "Stay connected while you are away",
                        "Keep access when you are not using the app, until you end it.",
                    )],
                ),
            ],
            last_allowed: None,
            lifetime: t("{app} keeps this access until it has not used it for {span}.")
                .with("app", "Field Notes")
                .with("span", span(90 * 86_400)),
            switch_url: "/login?other=1".into(),
            organization: None,
            limit: None,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let mut more = Self::sample();
        more.last_allowed = Some(When::new(SAMPLE_NOW - 40 * 86_400, SAMPLE_NOW));
        for scope in more.groups.iter_mut().skip(1).flat_map(|group| &mut group.scopes) {
            scope.new = true;
        }
        let bare = Self {
            face: AppFace::new("مذكرات الحقل 🌱 مع اسم طويل جدا لا ينتهي تقريبا في سطر واحد"),
            publisher: None,
            unverified: true,
            homepage_url: None,
            terms_url: None,
            privacy_url: None,
            redirect_host: "com.example.a-very-long-reverse-domain-scheme.for-a-native-application.mobile"
                .into(),
            unproven: Some(Unproven::PrivateScheme),
            limits: Vec::new(),
            groups: Vec::new(),
            ..Self::sample()
        };
        let loopback =
            Self { redirect_host: "127.0.0.1".into(), unproven: Some(Unproven::Loopback), ..Self::sample() };
        vec![
            ("something new", more),
            ("long name, private scheme", bare),
            ("loopback", loopback),
            ("for an organization", Self::for_an_organization()),
            ("limited", Self::limited(false)),
            ("limited, refused", Self::limited(true)),
        ]
    }
}

impl Consent {
    fn for_an_organization() -> Self {
        let group = |name: &'static str, scopes: &[&'static str]| ScopeGroup {
            name: Text::verbatim(name),
            scopes: scopes.iter().map(|label| ScopeLine::new(Text::verbatim(*label), "")).collect(),
        };
        Self {
            resources: vec!["Books".to_owned(), "متجر المراسم <b>".to_owned()],
            limits: vec!["[get]https://api\\.example\\.com/projects/.*".to_owned()],
            groups: vec![
                group("Customers", &["See customers", "Change customers"]),
                group("Sales", &["See orders", "See subscriptions"]),
            ],
            organization: Some(ConsentOrganization {
                name: "The Analytical Society for Weavers, Astronomers and Insurance Clerks 🧮".into(),
                slug: "analytical-society-of-marylebone".into(),
                role: t("admin"),
                change_url: "/consent?request=sample-request&choose=1".into(),
            }),
            ..Self::sample()
        }
    }

    fn limited(refused: bool) -> Self {
        let organization = |id: &str, name: &str, slug: &str| OrganizationBox {
            id: id.into(),
            name: name.into(),
            slug: slug.into(),
            checked: id == "o1" && !refused,
            barred: id == "o3",
        };
        let limit = OrganizationLimit {
            chosen: refused,
            organizations: vec![
                organization("o1", "Acme Labs", "acme-labs"),
                organization(
                    "o2",
                    "جمعية النساجين والفلكيين 🧮 and everybody who ever owned an engine",
                    "weavers",
                ),
                organization("o3", "Astronomers", "astronomers"),
            ],
            error: refused.then(|| t("Choose at least one, or all of them.")),
        };
        Self { limit: Some(limit), ..Self::sample() }
    }
}
