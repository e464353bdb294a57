use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How an authorization answer travels back (OAuth 2.0 Multiple Response Types section 2.1, Form Post Response Mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form that the browser posts to the redirect URI.
    FormPost,
}

impl ResponseMode {
    /// Every mode, for discovery.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The mode as the protocol writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }
}

impl FromStr for ResponseMode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or(())
    }
}

/// One value of `prompt` (OIDC Core section 3.1.2.1, Initiating User Registration 1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Show no page at all.
    None,
    /// Ask for the password again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Ask which account is meant.
    SelectAccount,
    /// Offer to sign up first.
    Create,
}

impl Prompt {
    /// Every value, for discovery.
    pub const ALL: [Self; 5] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount, Self::Create];

    /// The value as the protocol writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }
}

/// The values of one `prompt` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromptSet(Vec<Prompt>);

impl PromptSet {
    /// Whether `prompt` was asked for.
    pub fn contains(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }
}

impl FromStr for PromptSet {
    type Err = String;

    /// The error is a sentence for the developer.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = |word: &str| Prompt::ALL.into_iter().find(|prompt| prompt.as_str() == word);
        let prompts = text
            .split(' ')
            .map(|word| {
                read(word).ok_or_else(|| {
                    format!("prompt does not know “{}”", word.chars().take(40).collect::<String>())
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if prompts.contains(&Prompt::None) && prompts.len() > 1 {
            return Err(
                "prompt=none cannot stand beside another value (OIDC Core section 3.1.2.1)".to_owned()
            );
        }
        Ok(Self(prompts))
    }
}

/// The values of `display` (OIDC Core section 3.1.2.1). Every page fits every display, so they are checked and no more.
pub const DISPLAY_VALUES: [&str; 4] = ["page", "popup", "touch", "wap"];

/// What kind of subject a token speaks for: `sub_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// A person.
    User,
    /// An organization.
    Organization,
    /// A customer of an organization.
    Customer,
}

impl SubjectType {
    /// As the protocol writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
            Self::Customer => "customer",
        }
    }
}
