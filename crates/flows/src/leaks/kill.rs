use postern_domain::audit::{Action, By};
use postern_domain::{GrantId, PersonName, Refusal, Timestamp, TokenId, TokenKind};
use postern_storage::tokens::{self, Token};
use postern_storage::{Tx, api_tokens, grants};

use crate::App;
use crate::api_tokens::{act_on, facts, hint, owner_of};
use crate::audit::{self, Entry};
use crate::bearer::SentToken;
use crate::mail::{self, LeakedToken, Mail, Outgoing, TokenFacts};

/// Most characters of where a token was found.
const LONGEST: usize = 500;

/// Where and by whom a token was found, in their words.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) at: Option<String>,
    pub(super) reporter: Option<String>,
}

/// What the change needs.
struct Death {
    token: TokenId,
    /// The family that goes along.
    family: Option<GrantId>,
    mail: Option<Outgoing>,
    act: Entry,
    now: Timestamp,
}

/// Revokes what `text` is, if it is a token of ours that lives, and tells its owner.
pub(super) async fn kill(app: &App, text: &str, found: Found) -> Result<(), Refusal> {
    let Ok(sent) = SentToken::parse(app, text) else { return Ok(()) };
    let Some((token, grant)) = tokens::find_by_hash(&app.db, sent.hash).await? else {
        return Ok(());
    };
    let family =
        grant.filter(|_| token.kind == TokenKind::Refresh).filter(|grant| grant.revoked_at.is_none());
    // One that has ended could be renewed, and one that was used may have a successor: they die too.
    if token.revoked_at.is_some() && family.is_none() {
        return Ok(());
    }
    let now = app.clock.now();
    let mail = told(app, &token, &shown(app, sent, text), found).await?;
    let act = act_on(app, By::Anybody, Action::TOKEN_LEAKED, &token);
    let death = Death { token: token.id, family: family.map(|family| family.id), mail, act, now };
    app.db.write(death, |tx, death| Box::pin(end(tx, death))).await?;
    tracing::warn!(token_id = %token.id, kind = %token.kind, "a leaked token was revoked");
    Ok(())
}

async fn end(tx: &Tx, death: &Death) -> Result<(), Refusal> {
    let mut is_done = api_tokens::revoke(tx, death.token, None, death.now).await?;
    if let Some(family) = death.family {
        is_done |= grants::revoke(tx, family, death.now).await?;
    }
    if is_done {
        audit::act(tx, &death.act).await?;
    }
    if let Some(mail) = death.mail.as_ref().filter(|_| is_done) {
        mail::queue(tx, mail).await?;
    }
    Ok(())
}

/// The mail to the person behind the token; a customer's session has none.
async fn told(app: &App, token: &Token, shown: &str, found: Found) -> Result<Option<Outgoing>, Refusal> {
    let person = match token.user_id {
        Some(id) => app.user(id).await?,
        None => None,
    };
    let Some(person) = person else { return Ok(None) };
    let facts = match owner_of(token) {
        Some(owner) => facts(app, token, owner).await?,
        None => of_app(app, token, shown).await?,
    };
    let Some(facts) = facts else { return Ok(None) };
    let short = |text: String| text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let leaked = LeakedToken {
        token: facts,
        found_at: found.at.map(short),
        reporter: found.reporter.map(short),
        at: app.clock.now(),
        last_used_at: token.last_used_at,
        last_used_from: token.api().and_then(|api| api.last_used_from.clone()),
    };
    mail::prepare(app, &*person, Mail::LeakedTokenRevoked(leaked)).map(Some)
}

/// How a token begins and ends, by which its owner knows it.
fn shown(app: &App, sent: SentToken, text: &str) -> String {
    match sent.is_jwt {
        true => format!("eyJ…{}", hint(text)),
        false => format!("{}_{}_…{}", app.config.tokens.prefix, sent.kind.spec().code, hint(text)),
    }
}

/// What is said of a token that an app was given.
async fn of_app(app: &App, token: &Token, shown: &str) -> Result<Option<TokenFacts>, Refusal> {
    let client = match token.client_id {
        Some(id) => app.client_by_id(id).await?,
        None => None,
    };
    let label = token.kind.spec().label;
    let name = match &client {
        Some(client) => Some(client.metadata.name.clone()),
        None => PersonName::parse(label).ok(),
    };
    Ok(name.map(|name| TokenFacts { id: token.id, name, hint: shown.to_owned(), organization: None }))
}
