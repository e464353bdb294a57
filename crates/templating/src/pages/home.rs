//! `/`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Badge, Chrome, Page, Section, Text, Tone, When, t, tn};

/// What the person has, and what wants attention.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/home.html")]
pub struct Home {
    /// The frame.
    pub chrome: Chrome,
    /// What wants attention, the most pressing first. Empty says that nothing does.
    pub attention: Vec<Attention>,
    /// Apps that hold access.
    pub applications: Figure,
    /// Clients the person made.
    pub clients: Figure,
    /// Places where the person is signed in.
    pub sessions: Figure,
    /// How many organizations the person is a member of.
    pub organizations: u64,
    /// Personal tokens that work now.
    pub tokens: Figure,
    /// Tokens that end soon or ended of late, the most pressing first.
    pub ending_tokens: Vec<EndingToken>,
}

/// A token that ends soon or ended of late.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndingToken {
    /// What it is called.
    pub name: String,
    /// Path of its page.
    pub url: String,
    /// Its state, e.g. *ends in 6 days* or *expired*.
    pub state: Badge,
    /// Name of the organization it speaks for, if it is no personal one.
    pub organization: Option<String>,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
}

/// One line that wants attention.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attention {
    /// How pressing it is.
    pub tone: Tone,
    /// What it is, a short sentence.
    pub text: Text,
    /// When it happened or will happen.
    pub when: Option<When>,
    /// What to do, one to three words, e.g. *Look at it*.
    pub action: Text,
    /// Where that is done.
    pub url: String,
}

/// A number with the latest of what it counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    /// How many there are.
    pub count: u64,
    /// Name of the latest one, if there is one.
    pub latest: Option<Text>,
    /// When that came, or was last used.
    pub when: Option<When>,
}

impl Figure {
    /// None of what it counts.
    pub const fn none() -> Self {
        Self { count: 0, latest: None, when: None }
    }
}

impl Home {
    fn is_new(&self) -> bool {
        [&self.applications, &self.clients, &self.tokens].iter().all(|figure| figure.count == 0)
    }
}

impl Page for Home {
    const NAME: &'static str = "home";

    fn sample() -> Self {
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        let firefox = || t("{browser} on {system}").with("browser", "Firefox").with("system", "Linux");
        let attention = |tone, text: Text, when, action: Text, url: &str| Attention {
            tone,
            text,
            when,
            action,
            url: url.into(),
        };
        Self {
            chrome: Chrome::sample(Section::Home),
            attention: vec![
                attention(
                    Tone::Bad,
                    tn(
                        "{app} had a call refused of late, at last because {reason}.",
                        "{app} had {count} calls refused of late, at last because {reason}.",
                        12_u64,
                    )
                    .with("app", "Field Notes")
                    .with("reason", "redirect_uri did not match"),
                    Some(ago(840)),
                    t("See errors"),
                    "/developer/clients/postern_ci_sample",
                ),
                attention(
                    Tone::Warning,
                    t("The only secret of {app} stops working.").with("app", "Field Notes"),
                    Some(When::new(SAMPLE_NOW + 6 * 86_400, SAMPLE_NOW)),
                    t("Rotate it"),
                    "/developer/clients/postern_ci_sample",
                ),
                attention(
                    Tone::Neutral,
                    t("New sign-in with {browser} from {address}.")
                        .with("browser", firefox())
                        .with("address", "203.0.113.7"),
                    Some(ago(7_200)),
                    t("Was it you?"),
                    "/settings/sessions",
                ),
            ],
            applications: Figure {
                count: 7,
                latest: Some(Text::verbatim("Sea Charts")),
                when: Some(ago(3_600)),
            },
            clients: Figure { count: 2, latest: Some(Text::verbatim("Field Notes")), when: Some(ago(240)) },
            sessions: Figure { count: 3, latest: Some(firefox()), when: Some(ago(7_200)) },
            organizations: 2,
            tokens: Figure {
                count: 5,
                latest: Some(Text::verbatim("Nightly import")),
                when: Some(ago(25_000)),
            },
            ending_tokens: vec![
                EndingToken {
                    name: "Nightly import".into(),
                    url: "/settings/tokens/t1".into(),
                    state: Badge::new(
                        Tone::Warning,
                        t("ends {when}").with("when", tn("in {count} day", "in {count} days", 6_u64)),
                    ),
                    organization: None,
                    last_used: Some(ago(25_000)),
                },
                EndingToken {
                    name:
                        "Every night at three: copy the warehouse, the ledger and the observatory's plates 🌙"
                            .into(),
                    url: "/organizations/acme-labs/tokens/t2".into(),
                    state: Badge::new(Tone::Bad, t("expired")),
                    organization: Some("Acme Labs".into()),
                    last_used: None,
                },
            ],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let newcomer = Self {
            chrome: Chrome::sample(Section::Home),
            attention: Vec::new(),
            applications: Figure::none(),
            clients: Figure::none(),
            organizations: 0,
            tokens: Figure::none(),
            ending_tokens: Vec::new(),
            sessions: Figure {
                count: 1,
                latest: Some(t("{browser} on {system}").with("browser", "Firefox").with("system", "Linux")),
                when: Some(When::new(SAMPLE_NOW, SAMPLE_NOW)),
            },
        };
        let branded = Self { chrome: Chrome::sample(Section::Home).branded(), ..Self::sample() };
        vec![
            ("newcomer", newcomer),
            ("branded", branded),
            ("quiet", Self { attention: Vec::new(), ending_tokens: Vec::new(), ..Self::sample() }),
        ]
    }
}
