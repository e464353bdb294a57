//! Between the form of a token and what was typed into it.

use postern_domain::{InstanceRight, Lifetime, Params};
use postern_flows::api_tokens::{Offer, Token, TokenDraft};
use postern_flows::{App, FieldErrors, TokenAuthMode};
use postern_templating::pages::TokenForm;
use postern_templating::{Choice, Field, ScopeChoice, ScopeChoices, Text, When, span, t, tn};

use super::asked::At;

/// The spans that a form offers.
const SPANS: [(&str, i64); 4] = [("7d", 7), ("30d", 30), ("90d", 90), ("1y", 365)];

/// For how many days limits may only report.
const REPORTS: [(&str, u64); 3] = [("1d", 1), ("7d", 7), ("30d", 30)];

/// What was typed, from the fields of the form.
pub(super) fn draft_of(params: &Params) -> TokenDraft {
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let lines = text("networks");
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    TokenDraft {
        name: text("name"),
        note: text("note"),
        scopes: params.all("scope").flat_map(str::split_whitespace).map(str::to_owned).collect(),
        everything: params.get("everything").is_some(),
        expiry: text("expiry"),
        expiry_date: text("expiry_date"),
        networks: lines.map(str::to_owned).collect(),
        limits: text("limits"),
        report_only: text("report_only"),
        any_user: params.get("any_user").is_some(),
    }
}

/// The same as a query, from which [`draft_of`] reads it again.
pub(super) fn query_of(draft: &TokenDraft, user: Option<&str>) -> String {
    let fields = [
        ("name", draft.name.clone()),
        ("note", draft.note.clone()),
        ("scope", draft.scopes.join(" ")),
        ("everything", if draft.everything { "on".to_owned() } else { String::new() }),
        ("expiry", draft.expiry.clone()),
        ("expiry_date", draft.expiry_date.clone()),
        ("networks", draft.networks.join("\n")),
        ("limits", draft.limits.clone()),
        ("report_only", draft.report_only.clone()),
        ("any_user", if draft.any_user { "on".to_owned() } else { String::new() }),
        ("user", user.unwrap_or_default().to_owned()),
    ];
    let sent = fields.into_iter().filter(|(_, value)| !value.is_empty());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish()
}

/// The form as it is shown, with what is wrong beside each field.
pub(super) fn shown(
    app: &App,
    at: &At,
    draft: &TokenDraft,
    errors: &FieldErrors,
    offer: &Offer,
    existing: Option<&Token>,
) -> TokenForm {
    let error = |name: &str| errors.of(name).map(Text::sentence);
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
    let is_all = existing.and_then(Token::api).is_some_and(|api| api.everything);
    TokenForm {
        problem: None,
        name: field("name", &draft.name),
        note: field("note", &draft.note),
        everything: (offer.everything || is_all).then_some(draft.everything),
        scopes: scopes(app, draft, offer),
        scopes_error: error("scopes"),
        expiry: expiry(app, draft, offer, existing),
        expiry_date: field("expiry_date", &draft.expiry_date),
        expiry_error: error("expiry"),
        expiry_help: offer
            .longest
            .map(|longest| cap(at, longest, offer.longest_is_of_organization))
            .unwrap_or_default(),
        networks: field("networks", &draft.networks.join("\n")),
        limits: Field { value: draft.limits.clone(), error: every_error(errors, "limits") },
        report_only: report_only(app, draft, existing),
        report_only_error: error("report_only"),
        any_user: (existing.is_none() && may_be_for_any_user(app, at)).then_some(draft.any_user),
        any_user_error: error("any_user"),
    }
}

/// All that is wrong with a field, one a line.
pub(super) fn every_error(errors: &FieldErrors, name: &str) -> Option<Text> {
    let errors = errors.0.iter().filter(|error| error.field == name);
    let errors: Vec<&str> = errors.map(|error| error.message.as_str()).collect();
    (!errors.is_empty()).then(|| Text::sentence(errors.join("\n")))
}

/// Whether a token for any user can be made here.
fn may_be_for_any_user(app: &App, at: &At) -> bool {
    let tokens = &app.config.tokens;
    tokens.any_user
        && tokens.auth_mode != TokenAuthMode::Bearer
        && at.organization().is_none()
        && at.actor.has_right(InstanceRight::InstanceAdmin)
}

fn report_only(app: &App, draft: &TokenDraft, existing: Option<&Token>) -> Vec<Choice> {
    let now = app.clock.now();
    let until = existing.and_then(Token::api).and_then(|api| api.report_only_until).filter(|end| *end > now);
    let keep = until.map(|end| {
        Choice::new("keep", t("Until {day}, as it is").with("day", When::new(end.0, now.0).day()))
    });
    let spans =
        REPORTS.iter().map(|(value, days)| Choice::new(*value, tn("For a day", "For {count} days", *days)));
    let none = Choice::new("", t("No: they refuse"));
    std::iter::once(none)
        .chain(keep)
        .chain(spans)
        .map(|choice| {
            let selected = choice.value == draft.report_only;
            choice.selected(selected)
        })
        .collect()
}

/// The cap in a sentence.
pub(super) fn cap(at: &At, longest: Lifetime, is_of_organization: bool) -> Text {
    let sentence = match at.organization() {
        Some(organization) if is_of_organization => {
            t("{who} allows {span} at most.").with("who", organization.name.to_string())
        }
        None if is_of_organization => t("The organization allows {span} at most."),
        _ => t("This server allows {span} at most."),
    };
    sentence.with("span", span(longest.as_seconds()))
}

fn scopes(app: &App, draft: &TokenDraft, offer: &Offer) -> Vec<ScopeChoices> {
    let mut groups: Vec<ScopeChoices> = Vec::new();
    for row in app.catalogue.rows() {
        let checked = draft.scopes.contains(&row.name);
        if !checked && (row.hidden || !offer.scopes.contains(&row.name)) {
            continue;
        }
        let choice = ScopeChoice::new(&row.name, &row.label, &row.description, checked);
        let name = if row.group.is_empty() { "Other" } else { &row.group };
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.scopes.push(choice),
            None => groups.push(ScopeChoices { name: name.to_owned(), scopes: vec![choice] }),
        }
    }
    groups
}

fn expiry(app: &App, draft: &TokenDraft, offer: &Offer, existing: Option<&Token>) -> Vec<Choice> {
    let now = app.clock.now();
    let fits = |days: i64| offer.longest.is_none_or(|longest| Lifetime::days(days) <= longest);
    let day = |days| When::new(now.plus(Lifetime::days(days)).0, now.0).day();
    let mut choices = Vec::new();
    if let Some(token) = existing {
        let end = token.expires_at.map(|end| When::new(end.0, now.0).day());
        choices.push(Choice::new("keep", t("As it is")).with_help(end.unwrap_or_else(|| t("Never"))));
        if token.expires_at.is_some_and(|end| end <= now) {
            return choices.into_iter().map(|choice| choice.selected(true)).collect();
        }
    }
    let label = |days: i64| if days == 365 { t("1 year") } else { span(Lifetime::days(days).as_seconds()) };
    let spans = SPANS.iter().filter(|(_, days)| fits(*days));
    choices.extend(spans.map(|(value, days)| Choice::new(*value, label(*days)).with_help(day(*days))));
    choices.push(Choice::new("date", t("A date")));
    if offer.longest.is_none() {
        choices.push(Choice::new("never", t("Never")).with_help(t("Only for what you watch.")));
    }
    let chosen = choices.iter().any(|choice| choice.value == draft.expiry);
    choices
        .into_iter()
        .enumerate()
        .map(|(i, choice)| {
            let selected = if chosen { choice.value == draft.expiry } else { i == 0 };
            choice.selected(selected)
        })
        .collect()
}
