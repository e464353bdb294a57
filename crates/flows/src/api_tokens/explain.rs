use postern_domain::Network;
use postern_storage::tokens::Token;

use crate::App;

/// Whose a token is, as a sentence about it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding<'a> {
    /// Of the reader.
    You,
    /// Of somebody else, or of an organization, by name.
    Named(&'a str),
}

/// What a token may do, for whom, from where and until when, in one paragraph. `until` is the day of its end in words.
pub fn explain(app: &App, token: &Token, whose: Holding<'_>, until: Option<&str>) -> String {
    let Some(api) = token.api() else { return String::new() };
    if token.revoked_at.is_some() {
        return "This token may do nothing: it was revoked, and never works again.".to_owned();
    }
    if !token.is_live(app.clock.now()) {
        let renewed = if app.config.tokens.secure_mode || api.replaced_by.is_some() {
            "never works again"
        } else {
            "works again only if it is renewed"
        };
        return format!("This token may do nothing: it has ended, and {renewed}.");
    }
    let (who, they) = match whose {
        _ if api.any_user => ("any active user, whom Basic names", "that user"),
        Holding::You => ("you", "you"),
        Holding::Named(name) => (name, "they"),
    };
    let within = match token.permit.scopes.len() {
        _ if api.everything => format!("and may do everything {they} may, also what is added later"),
        0 => "but holds no scope: it only tells who that is".to_owned(),
        1 => "within 1 scope".to_owned(),
        count => format!("within {count} scopes"),
    };
    let from = if api.networks.is_empty() {
        "from anywhere".to_owned()
    } else {
        format!("from {} only", listed(&api.networks))
    };
    let end = until.map_or_else(|| "until somebody revokes it".to_owned(), |day| format!("until {day}"));
    let bound = if api.everything || token.permit.scopes.is_empty() {
        String::new()
    } else {
        format!(" It never may do more than {they} may.")
    };
    let replaced = if api.replaced_by.is_some() { " A newer value has taken its place." } else { "" };
    let limits = limits(app, token);
    format!("Whoever holds this token acts as {who}, {within}, {from}, {end}.{limits}{bound}{replaced}")
}

/// What its limits leave, as sentences after the first.
fn limits(app: &App, token: &Token) -> String {
    let count: usize = token.permit.limits.iter().map(|set| set.lines().len()).sum();
    let what = match count {
        0 => return String::new(),
        1 => "its one limit describes".to_owned(),
        count => format!("its {count} limits describe"),
    };
    let reports = token.api().and_then(|api| api.report_only_until);
    if reports.is_some_and(|end| end > app.clock.now()) {
        return format!(" Other requests than {what} pass too, for now, and are only reported.");
    }
    format!(" It passes only with requests that {what}.")
}

fn listed(networks: &[Network]) -> String {
    let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    }
}
