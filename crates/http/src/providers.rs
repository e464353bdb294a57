//! Sign-in providers on pages: their buttons, and what went wrong with one.

use axum::http::HeaderValue;
use postern_domain::{Params, Refusal, User};
use postern_flows::App;
use postern_flows::authorize::Waiting;
use postern_flows::upstream::{self, Provider, Trouble};
use postern_templating::pages::ProviderButton;
use postern_templating::{Text, t};

use crate::csp;

/// A button for each provider that lets people in.
pub(crate) fn buttons(app: &App) -> Vec<ProviderButton> {
    app.upstream.enabled().map(button).collect()
}

/// A button for each that lets this person in.
pub(crate) async fn buttons_of(app: &App, user: &User) -> Result<Vec<ProviderButton>, Refusal> {
    Ok(upstream::providers_of(app, user).await?.into_iter().map(button).collect())
}

fn button(provider: &Provider) -> ProviderButton {
    ProviderButton { name: provider.name.to_string(), label: provider.label.clone() }
}

/// The policy of a page whose forms lead to the providers, and to the app that waits.
pub(crate) fn policy(app: &App, waiting: Option<&Waiting>) -> HeaderValue {
    let providers = app.upstream.enabled().map(|provider| provider.issuer.as_str());
    csp::with_form_actions(providers.chain(waiting.map(|waiting| waiting.redirect_uri.as_str())))
}

/// The query of a page that says what went wrong.
pub(crate) fn query(provider: &Provider, trouble: &Trouble) -> String {
    format!("upstream={}&problem={}", provider.name, code(trouble))
}

/// What went wrong, as the page's query says it.
pub(crate) fn problem(app: &App, query: &Params) -> Option<Text> {
    let provider = app.upstream.find(query.get("upstream")?)?;
    let code = query.get("problem")?;
    let (_, words) = WORDS.into_iter().find(|(known, _)| *known == code)?;
    Some(words.with("provider", &provider.label))
}

/// What is said of each trouble, by the word it has in addresses.
const WORDS: [(&str, Text); 15] = [
    ("disabled", t("Nobody can sign in with {provider} here now. Choose another way.")),
    ("over", t("This took too long, or was begun in another browser. Begin again.")),
    ("denied", t("You did not go on at {provider}. Nothing was changed.")),
    (
        "unreachable",
        t("{provider} cannot be reached now. Try again in a few minutes, or choose another way."),
    ),
    (
        "refused",
        t("{provider} and this server do not understand each other. Tell the people who run this server."),
    ),
    (
        "unproven",
        t(
            "What came back from {provider} does not prove who you are. Try again; if it stays, tell the people who run this server.",
        ),
    ),
    ("not-again", t("{provider} did not ask you again who you are. Sign out there and try once more.")),
    (
        "unknown",
        t(
            "No account here is connected to your {provider} account. Sign in in another way, then connect {provider} in the settings under Security.",
        ),
    ),
    (
        "no-email",
        t(
            "{provider} does not tell us an e-mail of yours, and an account has one. Allow it there, or create an account here first.",
        ),
    ),
    (
        "email-taken",
        t(
            "An account here has the e-mail of your {provider} account. If it is yours, sign in to it, then connect {provider} in the settings under Security.",
        ),
    ),
    ("too-many", t("There were too many tries from your network. Wait a few minutes, then try again.")),
    ("closed", t("This account is closed. Ask the people who run this server.")),
    (
        "elsewhere",
        t("Your {provider} account is connected to another account here. Disconnect it there first."),
    ),
    (
        "somebody-else",
        t("You came back from {provider} as somebody else than you are here. Nothing was changed."),
    ),
    ("enough", t("Your account is connected to as many others as it can be. Disconnect one first.")),
];

const fn code(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Disabled => "disabled",
        Trouble::Over => "over",
        Trouble::Denied => "denied",
        Trouble::Unreachable | Trouble::Failed(_) => "unreachable",
        Trouble::Refused => "refused",
        Trouble::Unproven => "unproven",
        Trouble::NotAgain => "not-again",
        Trouble::Unknown => "unknown",
        Trouble::NoEmail => "no-email",
        Trouble::EmailTaken => "email-taken",
        Trouble::TooMany => "too-many",
        Trouble::Closed => "closed",
        Trouble::Elsewhere => "elsewhere",
        Trouble::SomebodyElse => "somebody-else",
        Trouble::Enough => "enough",
    }
}
