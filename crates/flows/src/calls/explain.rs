use postern_domain::audit::{Act, By, Call, CallVerdict, Event, EventId, Place};
use postern_domain::{Refusal, Said, Timestamp, TokenId, UserId, said};
use postern_storage::api_tokens;
use postern_storage::tokens::Token;

use super::advice::Cause;
use super::judge::{Judge, Judged};
use super::past::{self, LimitChange};
use super::replay::{OUTSIDE_LIMITS, depends_on};
use crate::api_tokens::TriedLine;
use crate::audit::{self, Names};
use crate::{Actor, App};

/// Most lines of limits that are shown, those that got furthest.
const MOST_LINES: usize = 50;

/// What happened, in plain sentences.
#[derive(Clone, Debug)]
pub struct Explained {
    /// What was written down.
    pub event: Event,
    /// What those are called who are in it.
    pub names: Names,
    /// What happened: sentences.
    pub told: Vec<Said>,
    /// What to do about it: sentences.
    pub advice: Vec<Said>,
    /// What the limits of the token say to a call.
    pub limits: Option<Rejudged>,
    /// The personal or organization token of a call, if it is still there.
    pub token: Option<Token>,
}

/// What the limits of a token say to a call, as they were when it came.
#[derive(Clone, Debug, Default)]
pub struct Rejudged {
    /// The line that let it pass, or those that got furthest.
    pub lines: Vec<TriedLine>,
    /// How many further lines there were.
    pub more: usize,
    /// The first change of the limits since.
    pub since: Option<Since>,
}

/// A change of a token's limits after a call.
#[derive(Clone, Debug)]
pub struct Since {
    /// Its id.
    pub id: EventId,
    /// When it was made.
    pub at: Timestamp,
    /// What the limits say as they are now, in a sentence.
    pub now: Said,
}

/// Explains what was written down under an id: of a call that is the id of its request.
///
/// # Errors
/// Those of [`audit::find`].
pub async fn explain(app: &App, actor: &Actor, id: EventId) -> Result<Explained, Refusal> {
    let event = audit::find(app, actor, id).await?;
    let names = audit::names(app, std::slice::from_ref(&event)).await?;
    let mut explained =
        Explained { told: Vec::new(), advice: Vec::new(), limits: None, token: None, event, names };
    match explained.event.clone() {
        Event::Act(act) => explained.told = of_act(&act, &explained.names),
        Event::Call(call) => explained.with_call(app, &call).await?,
    }
    Ok(explained)
}

impl Explained {
    async fn with_call(&mut self, app: &App, call: &Call) -> Result<(), Refusal> {
        self.token = api_tokens::find(&app.db, call.token_id).await?;
        self.told = vec![who_called(call, &self.names), verdict(call)];
        let cause = Cause { app, call, token: self.token.as_ref() };
        let reasons = cause.reasons();
        self.told.extend(reasons.why);
        self.advice = reasons.advice;
        if let Some(token) = self.token.clone() {
            self.limits = self.with_limits(app, call, &token).await?;
        }
        Ok(())
    }

    async fn with_limits(
        &mut self,
        app: &App,
        call: &Call,
        token: &Token,
    ) -> Result<Option<Rejudged>, Refusal> {
        let mut changes = past::changes(app, token.id, call.at).await?;
        changes.retain(|change| change.id > call.id);
        let first: Option<LimitChange> = changes.pop();
        let then = match &first {
            Some(change) => change.before.as_deref(),
            None => Some(token.permit.limits.as_slice()),
        };
        let mut rejudged = Rejudged::default();
        if let Some(then) = then {
            let mut judge = Judge::of_permit(then)?;
            if !judge.has_limits() && first.is_none() {
                self.told.push(said("The token has no limits."));
                return Ok(None);
            }
            let told = rejudged.as_then(&mut judge, call);
            self.told.extend(told);
        }
        if let Some(change) = first {
            let mut judge = Judge::of_permit(&token.permit.limits)?;
            rejudged.since = Some(Since { id: change.id, at: change.at, now: as_now(&mut judge, call) });
        }
        Ok(Some(rejudged))
    }
}

impl Rejudged {
    /// What decided about a call; answers what else there is to say.
    fn as_then(&mut self, judge: &mut Judge, call: &Call) -> Option<Said> {
        let by = call.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        if let Some(line) = by.and_then(|line| judge.passing(line)) {
            self.lines = vec![line];
            return None;
        }
        if call.reason.as_deref() != Some(OUTSIDE_LIMITS) {
            return None;
        }
        match judge.judge(call) {
            Judged::Refused(why) => {
                (self.lines, self.more) = judge.furthest(&why, &call.method, MOST_LINES);
                why.is_inherited().then(|| {
                    said(
                        "The limits that refuse it are not the token's own: they came with the token by which it was made.",
                    )
                })
            }
            Judged::Open(what, why) => {
                (self.lines, self.more) = judge.furthest(&why, &call.method, MOST_LINES);
                Some(said("Which condition failed {depends}.").with("depends", depends_on(what)))
            }
            Judged::Passes(_) => None,
        }
    }
}

/// What limits say to a call as they are now.
fn as_now(judge: &mut Judge, call: &Call) -> Said {
    if !judge.has_limits() {
        return said("The token has no limits any more, so that the same call would pass.");
    }
    match judge.judge(call) {
        Judged::Passes(Some(line)) => {
            said("As they are now, line {line} lets the same call pass.").with("line", line + 1)
        }
        Judged::Passes(None) => said("As they are now, they let the same call pass."),
        Judged::Refused(why) => said("As they are now, they refuse the same call; {why}.")
            .with("why", judge.nearest(&why, &call.method)),
        Judged::Open(what, _) => said("Whether they let the same call pass as they are now {depends}.")
            .with("depends", depends_on(what)),
    }
}

fn who_called(call: &Call, names: &Names) -> Said {
    let token = names.tokens.get(&call.token_id).filter(|name| !name.is_empty());
    let client = call.client_id.and_then(|id| names.clients.get(&id));
    let with = match (token, client) {
        (Some(token), _) => said("with the token “{token}”").with("token", token),
        (None, Some(client)) => said("through the app “{client}”").with("client", client),
        (None, None) => said("with a {kind}").with("kind", said(call.kind.spec().label)),
    };
    let place = match call.place {
        Place::Api => said("of this server's own API"),
        Place::Guard => said("behind the guard"),
    };
    let what = match call.url.as_str() {
        "" => said("something that could not be read"),
        url => Said::plain(format!("{} {url}", call.method)),
    };
    said("{who} called {what}, {place}, {with}, from {address}.")
        .with("who", who(call.user_id, call.acting_for, names))
        .with("what", what)
        .with("place", place)
        .with("with", with)
        .with("address", call.address.to_string())
}

fn verdict(call: &Call) -> Said {
    let sentence = match (call.verdict, call.line) {
        (CallVerdict::Allowed, Some(line)) => {
            said("It was let through by line {line} of the token's limits, and answered with {status}.")
                .with("line", line.to_string())
        }
        (CallVerdict::Allowed, None) => said("It was let through, and answered with {status}."),
        (CallVerdict::Refused, _) => said("It was refused, with {status}."),
        (CallVerdict::ReportOnly, _) => said(
            "It was let through, and answered with {status}, because the limits of the token only reported: they would \
             have refused it.",
        ),
    };
    sentence.with("status", call.status)
}

fn of_act(act: &Act, names: &Names) -> Vec<Said> {
    let who = match act.by {
        By::Operator => "The operator".to_owned(),
        By::Server => "The server".to_owned(),
        By::Anybody => "Somebody".to_owned(),
        By::Itself => format!("The {} itself", act.target.kind),
        By::Person { user_id, acting_for, .. } => who(user_id, acting_for, names).to_string(),
    };
    let from = match act.address {
        Some(address) => format!(", from {address}"),
        None => String::new(),
    };
    let with = match act.by {
        By::Person { token_id: Some(token), .. } => with_token(token, names),
        _ => String::new(),
    };
    let target = &act.target;
    vec![Said::plain(format!(
        "{who} {} the {} “{}”{with}{from}.",
        act.action.words(),
        target.kind,
        target.name
    ))]
}

fn with_token(token: TokenId, names: &Names) -> String {
    match names.tokens.get(&token).filter(|name| !name.is_empty()) {
        Some(name) => format!(" with the token “{name}”"),
        None => " with a token".to_owned(),
    }
}

fn who(user: Option<UserId>, acting_for: Option<UserId>, names: &Names) -> Said {
    let name = |id: UserId| match names.users.get(&id) {
        Some(name) => Said::plain(name),
        None => said("somebody who is gone"),
    };
    match (user, acting_for) {
        (Some(user), Some(other)) => {
            said("{name} on behalf of {other}").with("name", name(user)).with("other", name(other))
        }
        (Some(user), None) => name(user),
        (None, Some(other)) => said("Somebody on behalf of {other}").with("other", name(other)),
        (None, None) => said("Somebody"),
    }
}
