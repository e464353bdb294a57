use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal, Timestamp};
use postern_flows::api_tokens::{self, Owner, Relation, Token, TokenDraft};
use postern_flows::{App, FieldErrors, FormRefusal};
use postern_templating::pages::{Token as TokenPage, TokenActions, TokenForm, TokenOccasion};
use postern_templating::{ScopeGroup, ScopeLine, Shortened, Text, When, t};

use super::asked::{At, ManagedToken};
use super::done::Done;
use super::explained::{Holding, explain};
use super::form::{draft_of, query_of, shown};
use super::row::{hint, may_renew, person, state};
use super::snippets::snippets;
use super::value;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::page;
use crate::request::FormAbout;

/// What is said of a scope that is not in the catalogue.
const GONE: &str = "This server has no such scope any more.";

pub(super) async fn show(
    ManagedToken { app, at, token, relation }: ManagedToken,
    RawQuery(query): RawQuery,
) -> Result<Response, PageRefusal> {
    let query = query.unwrap_or_default();
    let params = Params::parse_repeated(query.as_bytes())
        .map_err(|error| Refusal::invalid_request(error.to_string()))?;
    // Somebody comes back from proving who they are, with what they had typed.
    let draft = params.get("name").map(|_| draft_of(&params));
    let typed = draft.clone().unwrap_or_else(|| TokenDraft::of(&token));
    let mut shown = page_of(&app, &at, &token, relation, &typed, &FieldErrors::none()).await?;
    shown.chrome.notice = Done::notice(params.get("done"));
    if let Some(form) = shown.form.as_mut().filter(|_| draft.is_some()) {
        form.problem =
            Some(t("You have confirmed that it is you. Nothing is saved yet: save the token now."));
    }
    Ok(page::render(&shown))
}

pub(super) async fn act(
    FormAbout(ManagedToken { app, at, token, relation }, form): FormAbout<ManagedToken>,
) -> Result<Response, PageRefusal> {
    match form.get("action") {
        Some("reveal") if !at.is_fresh(&app) => Ok(prove_first(&at.url_of(token.id))),
        Some("reveal") => {
            let (token, plain) = api_tokens::reveal(&app, &at.actor, token.id).await?;
            Ok(value::page(&app, &at, &token, &plain, TokenOccasion::Revealed).await?)
        }
        Some("save") => save(&app, &at, &token, relation, &draft_of(&form)).await,
        _ => Err(Refusal::invalid_request("choose one of the buttons").into()),
    }
}

async fn save(
    app: &App,
    at: &At,
    token: &Token,
    relation: Relation,
    draft: &TokenDraft,
) -> Result<Response, PageRefusal> {
    match api_tokens::plan(app, &at.actor, token.id, draft).await {
        Ok(change) if change.widens() && !at.is_fresh(app) => {
            Ok(prove_first(&format!("{}?{}", at.url_of(token.id), query_of(draft, None))))
        }
        Ok(change) => {
            api_tokens::save(app, change).await?;
            Ok(Done::Saved.and_go_to(&at.url_of(token.id)))
        }
        Err(FormRefusal::Fields(errors)) => {
            let page = page_of(app, at, token, relation, draft, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&page)).into_response())
        }
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
    }
}

async fn page_of(
    app: &App,
    at: &At,
    token: &Token,
    relation: Relation,
    draft: &TokenDraft,
    errors: &FieldErrors,
) -> Result<TokenPage, Refusal> {
    let now = app.clock.now();
    let when = |at: Timestamp| When::new(at.0, now.0);
    let api = token.api();
    let locked = locked(app, token, relation);
    let expires = token.expires_at.map(when);
    let is_live = token.is_live(now);
    Ok(TokenPage {
        chrome: at.chrome(app),
        place: at.place.clone(),
        id: Shortened::new(token.id.to_string()),
        name: api.map(|api| api.name.to_string()).unwrap_or_default(),
        hint: hint(app, token),
        state: state(app, at, token).await?,
        explanation: explanation(app, at, token).await?,
        everything: api.is_some_and(|api| api.everything) && is_live,
        groups: groups(app, token),
        creator: creator(app, at, token).await?,
        created: when(token.created_at),
        last_used: token.last_used_at.map(when),
        last_address: api.and_then(|api| api.last_used_from.clone()),
        expires: token.revoked_at.map(when).or(expires),
        is_over: !is_live,
        old_value_ends: old_value_ends(app, at, token).await?.map(when),
        networks: api.map(|api| api.networks.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        limits: token.permit.limits.iter().map(ToString::to_string).collect(),
        report_only_until: api.and_then(|api| api.report_only_until).filter(|end| *end > now).map(when),
        any_user: api.is_some_and(|api| api.any_user),
        note: api.and_then(|api| api.note.clone()).unwrap_or_default(),
        actions: TokenActions {
            rotate: locked.is_none() && is_live,
            renew: may_renew(app, at, token),
            revoke: token.revoked_at.is_none(),
            reveal: relation == Relation::Owner && api_tokens::may_reveal(app, token),
        },
        form: match &locked {
            Some(_) => None,
            None => Some(form_of(app, at, token, draft, errors).await?),
        },
        locked_because: locked.unwrap_or_default(),
        snippets: snippets(app, at, token),
    })
}

async fn form_of(
    app: &App,
    at: &At,
    token: &Token,
    draft: &TokenDraft,
    errors: &FieldErrors,
) -> Result<TokenForm, Refusal> {
    let owner = at.owner().unwrap_or(Owner::User(at.signed_in.user.id));
    let offer = api_tokens::offer(app, &at.actor, owner).await?;
    Ok(shown(app, at, draft, errors, &offer, Some(token)))
}

/// Why nothing of a token can be changed, if nothing can.
pub(super) fn locked(app: &App, token: &Token, relation: Relation) -> Option<Text> {
    if token.revoked_at.is_some() {
        Some(t("A revoked token never works again and can't be changed. Make a new one."))
    } else if token.api().is_some_and(|api| api.replaced_by.is_some()) {
        Some(t("A newer value has taken its place. This one lives until its end and can't be changed."))
    } else if app.config.tokens.secure_mode {
        Some(t("On this server a token can't be changed, only revoked."))
    } else if relation == Relation::Administrator {
        Some(t("Administrators see, renew and revoke the tokens of others, no more."))
    } else {
        None
    }
}

async fn explanation(app: &App, at: &At, token: &Token) -> Result<Vec<Text>, Refusal> {
    let whose = match (at.organization(), token.user_id) {
        (Some(organization), _) => Holding::Named(Text::verbatim(organization.name.to_string())),
        (None, Some(id)) if id == at.signed_in.user.id => Holding::You,
        (None, id) => Holding::Named(person(app, id).await?.unwrap_or_default()),
    };
    Ok(explain(app, token, whose))
}

fn groups(app: &App, token: &Token) -> Vec<ScopeGroup> {
    let mut groups: Vec<ScopeGroup> = Vec::new();
    for name in token.permit.scopes.iter() {
        let (group, label, description) = match app.catalogue.find(name) {
            Some(row) => (row.group.as_str(), row.label.as_str(), row.description.as_str()),
            None => ("", name, GONE),
        };
        let name = Text::sentence(if group.is_empty() { "Other" } else { group });
        let line = ScopeLine::new(Text::sentence(label), Text::sentence(description));
        match groups.iter_mut().find(|known| known.name == name) {
            Some(known) => known.scopes.push(line),
            None => groups.push(ScopeGroup { name, scopes: vec![line] }),
        }
    }
    groups
}

/// Who made it, unless that is the person.
async fn creator(app: &App, at: &At, token: &Token) -> Result<Option<Text>, Refusal> {
    let maker = token.api().and_then(|api| api.created_by);
    if maker == Some(at.signed_in.user.id) {
        return Ok(None);
    }
    Ok(Some(person(app, maker).await?.unwrap_or_else(|| t("the operator of this server"))))
}

/// Until when the value before this one goes on.
async fn old_value_ends(app: &App, at: &At, token: &Token) -> Result<Option<Timestamp>, Refusal> {
    let Some(old) = token.api().and_then(|api| api.replaces) else { return Ok(None) };
    let found = api_tokens::find(app, &at.actor, old, "tokens:read").await.ok();
    Ok(found.filter(|(old, ..)| old.is_live(app.clock.now())).and_then(|(old, ..)| old.expires_at))
}
