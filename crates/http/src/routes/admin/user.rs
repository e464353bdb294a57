use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{
    Client, ErrorCode, InstanceRight, Organization, Params, Refusal, Role, Timestamp, UserState,
};
use postern_flows::administration::{self, AccountChange, AccountLook};
use postern_flows::api_tokens::Token;
use postern_flows::sessions::Visit;
use postern_flows::{App, audit, impersonation};
use postern_templating::pages::{AdminClient, AdminOrganization, AdminRow, AdminUser, AuditRow};
use postern_templating::{AdminTab, Badge, Choice, Notice, Shortened, Text, Tone, When, t};

use super::asked::AboutUser;
use super::users::states;
use crate::answer::{PageRefusal, form_errors, sentence};
use crate::request::{FormAbout, PageQuery};
use crate::routes::{audit as audit_page, clients, sessions};
use crate::session::{self, Browser, Visiting};
use crate::{face, page};

/// The rights, with what each is called and what it is for.
const RIGHTS: [(InstanceRight, Text, Text); 3] = [
    (
        InstanceRight::UsersManage,
        t("Manage users"),
        t("See, disable, revoke, renew, make tokens for others."),
    ),
    (InstanceRight::UsersImpersonate, t("Act for users"), t("Call the API on behalf of others.")),
    (InstanceRight::InstanceAdmin, t("Administer the server"), t("Everything, also settings and keys.")),
];

pub(super) async fn show(about: AboutUser, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    Ok(render(&about, notice(query.get("done")), None).await?)
}

pub(super) async fn act(
    browser: Browser,
    Visiting(visit): Visiting,
    FormAbout(about, form): FormAbout<AboutUser>,
) -> Result<Response, PageRefusal> {
    let path = format!("/admin/users/{}", about.id);
    if let Some(first) = about.manager.proof_first(&path) {
        return Ok(first);
    }
    if form.get("action") == Some("impersonate") {
        return impersonate(&about, &browser, &visit, form.get("reason").unwrap_or_default()).await;
    }
    match change(&about, &form).await {
        Ok(done) => Ok(Redirect::to(&format!("{path}?done={done}")).into_response()),
        Err(refusal) if refusal.code == ErrorCode::Conflict => {
            let problem = Text::sentence(sentence(&refusal.description));
            let mut response = render(&about, None, Some(problem)).await?;
            *response.status_mut() = StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Goes on in this browser as the person.
async fn impersonate(
    about: &AboutUser,
    browser: &Browser,
    visit: &Visit,
    reason: &str,
) -> Result<Response, PageRefusal> {
    let AboutUser { manager, id } = about;
    let here = &manager.page.signed_in.session;
    match impersonation::prepare(&manager.page.app, &manager.actor, here, *id, reason, visit).await {
        Ok(impersonation) => {
            session::impersonate(browser, &impersonation).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(refusal) => {
            let (_, problem, mark) = form_errors(refusal)?;
            let problem = problem.unwrap_or_else(|| {
                t("Say why you act as them, in a line of up to {count} characters.")
                    .with("count", impersonation::LONGEST_REASON)
            });
            Ok(mark.put_on(render(about, None, Some(problem)).await?))
        }
    }
}

/// Does what a button says; answers what was done.
async fn change(AboutUser { manager, id }: &AboutUser, form: &Params) -> Result<&'static str, Refusal> {
    let (app, actor) = (&manager.page.app, &manager.actor);
    let (change, done) = match form.get("action") {
        Some("disable") => {
            (AccountChange { state: Some(UserState::Disabled), ..Default::default() }, "disabled")
        }
        Some("enable") => (AccountChange { state: Some(UserState::Active), ..Default::default() }, "enabled"),
        Some("rights") => (AccountChange { rights: Some(rights_of(form)), ..Default::default() }, "rights"),
        Some("reset_factors") => {
            administration::reset_factors(app, actor, *id).await?;
            return Ok("factors-reset");
        }
        Some("sign_out") => {
            administration::sign_out(app, actor, *id).await?;
            return Ok("signed-out");
        }
        _ => return Err(Refusal::invalid_request("choose one of the buttons")),
    };
    administration::change_account(app, actor, *id, &change).await?;
    Ok(done)
}

/// The rights that a form ticks.
pub(super) fn rights_of(form: &Params) -> BTreeSet<InstanceRight> {
    let chosen: Vec<&str> = form.all("right").collect();
    InstanceRight::ALL.into_iter().filter(|right| chosen.contains(&right.scope())).collect()
}

fn notice(done: Option<&str>) -> Option<Notice> {
    Some(Notice::done(match done? {
        "disabled" => t("The account is disabled. Its sessions are over, and nothing of it works now."),
        "enabled" => t("The account is enabled. The person can sign in again."),
        "rights" => t("The rights are saved. They hold now."),
        "factors-reset" => t(
            "The second factor is gone. The person signs in with the password alone, and got a mail that says so.",
        ),
        "signed-out" => t("The account is signed out everywhere."),
        "made" => t("The account is made."),
        "invited" => t("The account is made, and a link to choose a password is on its way to its owner."),
        "acted" => t("You are yourself again."),
        _ => return None,
    }))
}

async fn render(
    AboutUser { manager, id }: &AboutUser,
    notice: Option<Notice>,
    problem: Option<Text>,
) -> Result<Response, Refusal> {
    let app = &manager.page.app;
    let look = administration::look(app, &manager.actor, *id).await?;
    let now = app.clock.now();
    let user = &look.user;
    let administers = manager.has(InstanceRight::InstanceAdmin);
    let is_own = user.id == manager.page.signed_in.user.id;
    let is_administrator = user.rights.contains(&InstanceRight::InstanceAdmin);
    let may_be_impersonated = administers && !is_own && !is_administrator && user.is_active();
    let mut rows = Vec::with_capacity(look.sessions.len());
    for session in &look.sessions {
        rows.push(sessions::row(app, session, false).await?);
    }
    let mut chrome = manager.chrome(AdminTab::Users);
    chrome.notice = notice;
    Ok(page::render(&AdminUser {
        chrome,
        id: Shortened::new(user.id.to_string()),
        name: user.name.to_string(),
        username: user.username.to_string(),
        states: states(user),
        problem,
        facts: facts(&look, now),
        has_second_factor: look.has_second_factor,
        is_active: user.is_active(),
        is_own,
        may_act: administers || !is_administrator,
        impersonation: may_be_impersonated.then(|| app.config.lifetimes.impersonation.as_seconds()),
        rights: if administers { rights(&user.rights) } else { Vec::new() },
        sessions: rows,
        sessions_total: look.sessions_total,
        organizations: look.organizations.iter().map(organization).collect(),
        tokens: look.tokens.iter().map(|token| of_token(token, now)).collect(),
        live_tokens: look.live_tokens,
        clients: look.clients.iter().map(|client| of_client(client, now)).collect(),
        clients_total: look.clients_total,
        connected_apps: look.connected_apps,
        events: events(app, look.events, now).await?,
    }))
}

fn facts(look: &AccountLook, now: Timestamp) -> Vec<(Text, Text)> {
    let user = &look.user;
    let when = |at: Timestamp| When::new(at.0, now.0);
    let email = match user.email_verified {
        true => t("{email}, verified").with("email", user.email.to_string()),
        false => t("{email}, not verified").with("email", user.email.to_string()),
    };
    let password = match look.has_password {
        true => t("set {when}").with("when", when(user.password_changed_at)),
        false => t("none"),
    };
    let second = if look.has_second_factor { t("asked for") } else { t("none") };
    let seen = look.sessions.iter().find(|session| session.impersonator.is_none()).map(|it| it.last_seen_at);
    let mut facts = vec![
        (t("User name"), Text::verbatim(user.username.to_string())),
        (t("E-mail"), email),
        (t("Password"), password),
        (t("Second factor"), second),
        (t("Last seen"), seen.map_or(t("not signed in"), |at| when(at).relative())),
        (t("Made"), when(user.created_at).exact()),
        (t("Last changed"), when(user.updated_at).exact()),
    ];
    facts.extend(user.deletes_at.map(|at| (t("Is deleted"), when(at).relative())));
    facts
}

/// Every right as a choice; those in `chosen` are.
pub(super) fn rights(chosen: &BTreeSet<InstanceRight>) -> Vec<Choice> {
    let choice = |(right, label, help): (InstanceRight, Text, Text)| {
        Choice::new(right.scope(), label).with_help(help).selected(chosen.contains(&right))
    };
    RIGHTS.into_iter().map(choice).collect()
}

fn organization((organization, role): &(Organization, Role)) -> AdminOrganization {
    AdminOrganization {
        name: organization.name.to_string(),
        slug: organization.slug.to_string(),
        role: Text::sentence(role.as_str()),
    }
}

fn of_token(token: &Token, now: Timestamp) -> AdminRow {
    let state = match token.expires_at {
        _ if token.revoked_at.is_some() => Badge::new(Tone::Bad, t("revoked")),
        Some(end) if end <= now => Badge::new(Tone::Bad, t("expired")),
        _ => Badge::new(Tone::Good, t("active")),
    };
    AdminRow {
        name: token.api().map(|api| api.name.to_string()).unwrap_or_default(),
        about: match token.last_used_at {
            Some(at) => t("last used {when}").with("when", When::new(at.0, now.0).relative()),
            None => t("never used"),
        },
        state,
    }
}

fn of_client(client: &Client, now: Timestamp) -> AdminClient {
    AdminClient {
        face: face::of(client),
        url: clients::url_of(client),
        is_closed: client.disabled,
        last_call: client.last_used_at.map(|at| When::new(at.0, now.0)),
    }
}

async fn events(
    app: &App,
    events: Option<Vec<postern_domain::audit::Event>>,
    now: Timestamp,
) -> Result<Option<Vec<AuditRow>>, Refusal> {
    let Some(events) = events else { return Ok(None) };
    let names = audit::names(app, &events).await?;
    Ok(Some(events.into_iter().map(|event| audit_page::row(event, &names, now.0)).collect()))
}
