//! What a token may do, in words.

use postern_domain::Network;
use postern_flows::App;
use postern_flows::api_tokens::Token;
use postern_templating::{Text, When, t, tn};

/// Whose a token is, as a sentence about it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// Of the reader.
    You,
    /// Of somebody else, or of an organization, by name.
    Named(Text),
}

/// What a token may do, for whom, from where and until when: sentences.
pub(super) fn explain(app: &App, token: &Token, whose: Holding) -> Vec<Text> {
    let Some(api) = token.api() else { return Vec::new() };
    if token.revoked_at.is_some() {
        return vec![t("This token may do nothing: it was revoked, and never works again.")];
    }
    let now = app.clock.now();
    if !token.is_live(now) {
        return vec![if app.config.tokens.secure_mode || api.replaced_by.is_some() {
            t("This token may do nothing: it has ended, and never works again.")
        } else {
            t("This token may do nothing: it has ended, and works again only if it is renewed.")
        }];
    }
    let acts = Acts::of(api.any_user, whose);
    let from = match api.networks.as_slice() {
        [] => t("from anywhere"),
        networks => t("from {networks} only").with("networks", listed(networks)),
    };
    let end = match token.expires_at {
        Some(end) => t("until {day}").with("day", When::new(end.0, now.0).day()),
        None => t("until somebody revokes it"),
    };
    let within = match token.permit.scopes.len() {
        _ if api.everything => acts.everything,
        0 => t("but holds no scope: it only tells who that is"),
        count => tn("within {count} scope", "within {count} scopes", count),
    };
    let first = acts.sentence.with("within", within).with("from", from).with("end", end);
    let bound = (!api.everything && !token.permit.scopes.is_empty()).then_some(acts.bound);
    let replaced = api.replaced_by.is_some().then(|| t("A newer value has taken its place."));
    [Some(first), limits(app, token), bound, replaced].into_iter().flatten().collect()
}

/// As whom a token acts, and what that bounds.
struct Acts {
    /// The first sentence.
    sentence: Text,
    /// What stands there of one that holds everything.
    everything: Text,
    /// That it never may do more.
    bound: Text,
}

impl Acts {
    fn of(any_user: bool, whose: Holding) -> Self {
        match whose {
            _ if any_user => Self {
                sentence: t(
                    "Whoever holds this token acts as any active user, whom Basic names, {within}, {from}, {end}.",
                ),
                everything: t("and may do everything that user may, also what is added later"),
                bound: t("It never may do more than that user may."),
            },
            Holding::You => Self {
                sentence: t("Whoever holds this token acts as you, {within}, {from}, {end}."),
                everything: t("and may do everything you may, also what is added later"),
                bound: t("It never may do more than you may."),
            },
            Holding::Named(name) => Self {
                sentence: t("Whoever holds this token acts as {name}, {within}, {from}, {end}.")
                    .with("name", name),
                everything: t("and may do everything they may, also what is added later"),
                bound: t("It never may do more than they may."),
            },
        }
    }
}

/// What its limits leave.
fn limits(app: &App, token: &Token) -> Option<Text> {
    let count: usize = token.permit.limits.iter().map(|set| set.lines().len()).sum();
    let reports = token.api().and_then(|api| api.report_only_until);
    if count == 0 {
        None
    } else if reports.is_some_and(|end| end > app.clock.now()) {
        Some(tn(
            "Other requests than its one limit describes pass too, for now, and are only reported.",
            "Other requests than its {count} limits describe pass too, for now, and are only reported.",
            count,
        ))
    } else {
        Some(tn(
            "It passes only with requests that its one limit describes.",
            "It passes only with requests that its {count} limits describe.",
            count,
        ))
    }
}

fn listed(networks: &[Network]) -> Text {
    let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            t("{some} or {last}").with("some", rest.join(", ")).with("last", last)
        }
        _ => Text::verbatim(names.join("")),
    }
}
