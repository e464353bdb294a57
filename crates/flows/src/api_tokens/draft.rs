use postern_storage::tokens::Token;

/// A personal or organization token as somebody typed it into a form, a call or a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDraft {
    /// What its owner calls it.
    pub name: String,
    /// What its owner wants to remember of it; may be empty.
    pub note: String,
    /// What it may do, one scope each. None is none: it then only says who its owner is.
    pub scopes: Vec<String>,
    /// Whether it holds whatever its owner may do at the time; of personal tokens only.
    pub everything: bool,
    /// When it ends: a span such as `30d` or `1y`, `date` for [`expiry_date`](Self::expiry_date), `@` with Unix seconds,
    /// `never`, or `keep` for the end that it has. Empty is what is usual.
    pub expiry: String,
    /// The last day of its life, as `2026-12-31`.
    pub expiry_date: String,
    /// The addresses and networks it may be used from, one each. None is any.
    pub networks: Vec<String>,
    /// What it may be used for, one limit a line. None is no limit.
    pub limits: String,
    /// For how long its limits only report what they would refuse: a span such as `7d`, `keep`, or empty for not at all.
    pub report_only: String,
    /// Whether it works for any active user, whom Basic names; of administrators, where the server allows it.
    pub any_user: bool,
}

impl TokenDraft {
    /// What a form for a new token begins with.
    pub fn blank() -> Self {
        Self { expiry: "30d".to_owned(), ..Self::default() }
    }

    /// What a form for an existing token begins with.
    pub fn of(token: &Token) -> Self {
        let Some(api) = token.api() else { return Self::blank() };
        Self {
            name: api.name.to_string(),
            note: api.note.clone().unwrap_or_default(),
            scopes: token.permit.scopes.iter().map(str::to_owned).collect(),
            everything: api.everything,
            expiry: "keep".to_owned(),
            expiry_date: String::new(),
            networks: api.networks.iter().map(ToString::to_string).collect(),
            limits: token.permit.limits.last().map(ToString::to_string).unwrap_or_default(),
            report_only: api.report_only_until.map(|_| "keep".to_owned()).unwrap_or_default(),
            any_user: api.any_user,
        }
    }
}
