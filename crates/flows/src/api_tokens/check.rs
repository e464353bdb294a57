use postern_domain::limits::{LimitError, LimitSet};
use postern_domain::{Lifetime, Network, Permit, PersonName, Refusal, Scopes, Timestamp, TokenKind};
use postern_storage::api_tokens::Owner;
use postern_storage::tokens::Token;

use super::TokenDraft;
use super::expiry::{self, Wish};
use super::reach::Reach;
use crate::{App, FieldErrors, TokenAuthMode};

/// Most characters of a note.
const LONGEST_NOTE: usize = 1_000;
/// Most networks of a token.
const MAX_NETWORKS: usize = 100;
/// Most mistakes in limits that are shown at a time.
const MAX_SHOWN: usize = 20;
/// Longest time in which limits only report.
const LONGEST_REPORT_ONLY: Lifetime = Lifetime::days(30);
/// How far beyond a cap a chosen day may end and still mean the cap's last day.
const DAY: Lifetime = Lifetime::days(1);

/// What a draft is checked against.
pub(super) struct Rules<'a> {
    pub(super) app: &'a App,
    pub(super) owner: Owner,
    pub(super) reach: &'a Reach,
    /// The token as it is, if it is changed.
    pub(super) existing: Option<&'a Token>,
    /// Whether whoever makes it may make one that works for any user.
    pub(super) may_make_any_user: bool,
    pub(super) now: Timestamp,
}

/// A draft that holds.
pub(super) struct Checked {
    pub(super) name: PersonName,
    pub(super) note: Option<String>,
    pub(super) permit: Permit,
    pub(super) everything: bool,
    pub(super) networks: Vec<Network>,
    pub(super) report_only_until: Option<Timestamp>,
    pub(super) any_user: bool,
    pub(super) expires_at: Option<Timestamp>,
}

impl Rules<'_> {
    /// Turns a draft into what can be kept.
    ///
    /// # Errors
    /// [`FieldErrors`] with everything that is wrong, in the order of the form.
    pub(super) fn check(&self, draft: &TokenDraft) -> Result<Checked, FieldErrors> {
        let mut errors = FieldErrors::none();
        let name = name(draft, &mut errors);
        let expires_at = self.end(draft, &mut errors);
        let everything = self.everything(draft, &mut errors);
        let scopes = if everything { Scopes::none() } else { self.scopes(draft, &mut errors) };
        let networks = networks(draft, &mut errors);
        let note = note(draft, &mut errors);
        let limits = self.limits(draft, &mut errors);
        let report_only_until = self.report_only(draft, limits.is_some(), &mut errors);
        let any_user = self.any_user(draft, &mut errors);
        let (Some(name), true) = (name, errors.is_empty()) else { return Err(errors) };
        let permit = self.permit(scopes, limits);
        Ok(Checked { name, note, permit, everything, networks, report_only_until, any_user, expires_at })
    }

    /// The end of a token is its own; its permit has none, so that it can be renewed.
    fn permit(&self, scopes: Scopes, limits: Option<LimitSet>) -> Permit {
        match self.existing {
            Some(token) => {
                // The last set is its own; others came with the credential it was made by.
                let inherited = token.permit.limits.split_last().map_or(&[][..], |(_, inherited)| inherited);
                let sets = self.reach.permit.limits.iter().chain(inherited).chain(&limits);
                Permit { scopes, limits: each_once(sets), ..token.permit.clone() }
            }
            None => {
                let sets = self.reach.permit.limits.iter().chain(&limits);
                Permit { scopes, expires_at: None, limits: each_once(sets), ..self.reach.permit.clone() }
            }
        }
    }

    fn limits(&self, draft: &TokenDraft, errors: &mut FieldErrors) -> Option<LimitSet> {
        match LimitSet::parse(&draft.limits, self.app.config.limits.caps()) {
            Ok(limits) => limits,
            Err(wrong) => {
                for error in wrong.iter().take(MAX_SHOWN) {
                    let LimitError { line, column, message } = error;
                    errors.add("limits", format!("Line {line}, column {column}: {message}."));
                }
                None
            }
        }
    }

    fn report_only(&self, draft: &TokenDraft, limited: bool, errors: &mut FieldErrors) -> Option<Timestamp> {
        let had = self.existing.and_then(Token::api).and_then(|api| api.report_only_until);
        let span = match draft.report_only.trim() {
            "" => return None,
            "keep" => return had,
            span => span.parse::<Lifetime>(),
        };
        match span {
            Ok(span) if span > LONGEST_REPORT_ONLY => {
                errors.add("report_only", "Limits can only report for 30 days at most.");
                None
            }
            Ok(_) if !limited => {
                errors.add("report_only", "There are no limits that could report anything.");
                None
            }
            Ok(span) => Some(self.now.plus(span)),
            Err(_) => {
                errors.add("report_only", "Write a span such as 7d.");
                None
            }
        }
    }

    fn any_user(&self, draft: &TokenDraft, errors: &mut FieldErrors) -> bool {
        let tokens = &self.app.config.tokens;
        if let Some(token) = self.existing {
            return token.api().is_some_and(|api| api.any_user);
        }
        if !draft.any_user {
            return false;
        }
        let problem = if !tokens.any_user {
            "This server makes no tokens for any user: its setting tokens.any_user is off."
        } else if tokens.auth_mode == TokenAuthMode::Bearer {
            "A token for any user needs Basic, which names the user, and this server takes Bearer only."
        } else if !self.may_make_any_user || matches!(self.owner, Owner::Organization(_)) {
            "Only an administrator can make a token for any user, and only as a personal one."
        } else {
            return true;
        };
        errors.add("any_user", problem);
        false
    }

    fn everything(&self, draft: &TokenDraft, errors: &mut FieldErrors) -> bool {
        let had = self.existing.and_then(Token::api).is_some_and(|api| api.everything);
        if !draft.everything || had {
            return draft.everything;
        }
        if matches!(self.owner, Owner::Organization(_)) {
            errors.add("scopes", "Only a personal token can hold everything: choose the scopes.");
        } else if !self.reach.is_all {
            errors.add("scopes", "You may not give everything, since you do not hold everything yourself.");
        }
        true
    }

    fn scopes(&self, draft: &TokenDraft, errors: &mut FieldErrors) -> Scopes {
        let catalogue = &self.app.catalogue;
        let kept = self.existing.map_or_else(Scopes::none, |token| token.permit.scopes.clone());
        let asked: Scopes = draft.scopes.iter().cloned().collect();
        let unknown = catalogue.unknown(&asked.difference(&kept));
        let held = self.reach.permit.scopes.union(&kept);
        let beyond = asked.difference(&held);
        if let Some(first) = unknown.iter().next() {
            errors.add("scopes", format!("This server has no scope {}.", quoted(first)));
        } else if let Some(first) = beyond.iter().next() {
            errors.add("scopes", format!("You don't hold {}, so you can't give it.", quoted(first)));
        }
        // Write implies read, but a credential that may not read cannot give that either.
        asked.union(&catalogue.with_implied(&asked).intersection(&held))
    }

    fn end(&self, draft: &TokenDraft, errors: &mut FieldErrors) -> Option<Timestamp> {
        let now = self.now;
        let wish = match expiry::read(&draft.expiry, &draft.expiry_date) {
            Ok(wish) => wish,
            Err((field, message)) => {
                errors.add(field, message);
                return None;
            }
        };
        if let (Some(token), Wish::Unsaid) = (self.existing, wish) {
            return token.expires_at;
        }
        if self.existing.and_then(|token| token.expires_at).is_some_and(|end| end <= now) {
            errors.add("expiry", "The token has ended. Renew it; after that you can choose another end.");
            return None;
        }
        let usual = TokenKind::Personal.spec().default_lifetime.unwrap_or(Lifetime::days(30));
        let longest = self.reach.longest(self.app);
        let end = match wish {
            Wish::Never => None,
            Wish::Unsaid => Some(now.plus(longest.map_or(usual, |longest| longest.min(usual)))),
            Wish::After(span) => Some(now.plus(span)),
            Wish::Day(end) => Some(longest.map_or(end, |longest| whole_days(end, now.plus(longest)))),
            Wish::At(end) => Some(end),
        };
        let field = if matches!(wish, Wish::Day(_)) { "expiry_date" } else { "expiry" };
        if end.is_some_and(|end| end <= now) {
            errors.add(field, "Choose an end that is still to come.");
        }
        if let Some(longest) = longest
            && end.is_none_or(|end| end > now.plus(longest))
        {
            errors.add(field, format!("A token can live for {} at most here.", longest.in_words()));
        }
        // What a credential makes does not outlive it.
        [end, self.reach.permit.expires_at].into_iter().flatten().min()
    }
}

/// The chosen end, or that of the cap if it falls on the chosen day.
fn whole_days(end: Timestamp, cap: Timestamp) -> Timestamp {
    if end > cap && end < cap.plus(DAY) { cap } else { end }
}

fn name(draft: &TokenDraft, errors: &mut FieldErrors) -> Option<PersonName> {
    if draft.name.trim().is_empty() {
        errors.add("name", "Give the token a name, so that you recognise it later.");
        return None;
    }
    errors.take("name", PersonName::parse(&draft.name))
}

fn note(draft: &TokenDraft, errors: &mut FieldErrors) -> Option<String> {
    let note = draft.note.trim().replace("\r\n", "\n");
    let unseen = |c: char| c.is_control() && c != '\n' && c != '\t';
    if note.chars().count() > LONGEST_NOTE || note.chars().any(unseen) {
        errors.add("note", format!("Write a note of {LONGEST_NOTE} characters at most."));
    }
    Some(note).filter(|note| !note.is_empty())
}

fn networks(draft: &TokenDraft, errors: &mut FieldErrors) -> Vec<Network> {
    if draft.networks.len() > MAX_NETWORKS {
        errors.add("networks", format!("A token has {MAX_NETWORKS} networks at most."));
        return Vec::new();
    }
    let mut networks = Vec::new();
    for (line, text) in draft.networks.iter().enumerate() {
        match text.trim().parse::<Network>() {
            Ok(network) if !networks.contains(&network) => networks.push(network),
            Ok(_) => {}
            Err(error) => {
                errors.add("networks", format!("Line {}: {error}.", line + 1));
                break;
            }
        }
    }
    networks
}

fn each_once<'a>(sets: impl Iterator<Item = &'a LimitSet>) -> Vec<LimitSet> {
    let mut once: Vec<LimitSet> = Vec::new();
    for set in sets {
        if !once.contains(set) {
            once.push(set.clone());
        }
    }
    once
}

fn quoted(name: &str) -> String {
    match name.char_indices().nth(80) {
        Some((end, _)) => format!("“{}…”", name.get(..end).unwrap_or_default()),
        None => format!("“{name}”"),
    }
}

/// That a token has neither been revoked nor got another value: what is over stays as it is.
pub(super) fn not_over(token: &Token) -> Result<(), Refusal> {
    if token.revoked_at.is_some() {
        return Err(Refusal::conflict("a revoked token never works again; make a new one"));
    }
    if token.api().is_some_and(|api| api.replaced_by.is_some()) {
        return Err(Refusal::conflict("the token has got a new value; this one only lives until its end"));
    }
    Ok(())
}
