use axum::response::Response;
use postern_domain::{ErrorCode, InvitationId, Params, Refusal, Role, UserId};
use postern_flows::{FieldErrors, FormRefusal, Paging, organizations};
use postern_templating::{Notice, Text, t};

use super::AtPlace;
use super::done::Done;
use super::members_page::{Shown, render};
use crate::answer::{PageRefusal, form_errors, sentence};
use crate::request::{FormAbout, PageQuery, PageRequest};

pub(super) async fn show(at: AtPlace, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let paging = Paging::parse(None, query.get("cursor"))?;
    let notice = Done::notice(query.get("done"));
    let shown = Shown { paging, notice, ..Shown::first() };
    Ok(render(&at, shown).await?)
}

pub(super) async fn change(FormAbout(at, form): FormAbout<AtPlace>) -> Result<Response, PageRefusal> {
    let gives_power = form.get("role").is_some_and(|role| role != Role::Member.as_str());
    if gives_power && let Some(first) = at.proof_first("members") {
        return Ok(first);
    }
    if form.get("action") == Some("invite") {
        return invite(&at, form).await;
    }
    match act(&at, &form).await {
        Ok(Done::Left) => Ok(Done::Left.and_go_to("/organizations")),
        Ok(done) => Ok(done.and_go_to(&at.place.path("members"))),
        Err(refusal) if matches!(refusal.code, ErrorCode::Conflict | ErrorCode::NotFound) => {
            let shown =
                Shown { problem: Some(Text::sentence(sentence(&refusal.description))), ..Shown::first() };
            let mut response = render(&at, shown).await?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn act(at: &AtPlace, form: &Params) -> Result<Done, Refusal> {
    let AtPlace { page: PageRequest { app, signed_in, .. }, place } = at;
    let (actor, id) = (&place.actor, place.organization.id);
    let user = || {
        let user = form.get("user_id").and_then(|id| id.parse::<UserId>().ok());
        user.ok_or_else(|| Refusal::invalid_request("say which member is meant"))
    };
    match form.get("action") {
        Some("set_role") => {
            let role = form.get("role").unwrap_or_default().parse().map_err(Refusal::invalid_request)?;
            organizations::set_role(app, actor, id, user()?, role).await?;
            Ok(Done::RoleSet)
        }
        Some("remove") => {
            let user = user()?;
            organizations::remove(app, actor, id, user).await?;
            Ok(if user == signed_in.user.id { Done::Left } else { Done::Removed })
        }
        Some("leave") => {
            organizations::remove(app, actor, id, signed_in.user.id).await?;
            Ok(Done::Left)
        }
        Some("revoke_invitation") => {
            let invitation = form.get("invitation_id").and_then(|id| id.parse::<InvitationId>().ok());
            let invitation =
                invitation.ok_or_else(|| Refusal::invalid_request("say which invitation is meant"))?;
            organizations::revoke_invitation(app, actor, id, invitation).await?;
            Ok(Done::InvitationRevoked)
        }
        _ => Err(Refusal::invalid_request("choose one of the buttons")),
    }
}

async fn invite(at: &AtPlace, form: Params) -> Result<Response, PageRefusal> {
    let (app, place) = (&at.page.app, &at.place);
    let text = |name: &str| form.get(name).unwrap_or_default();
    let (email, role) = (text("email"), text("role"));
    match organizations::invite(app, &place.actor, place.organization.id, email, role).await {
        Ok(invited) => {
            let told = t("{email} is invited as {role}. The link works once, for that address, for 7 days.")
                .with("email", invited.invitation.email.to_string())
                .with("role", Text::sentence(invited.invitation.role.as_str()));
            let shown = Shown {
                notice: Some(Notice::done(told)),
                link: Some(invited.link.reveal().to_owned()),
                ..Shown::first()
            };
            Ok(render(at, shown).await?)
        }
        Err(FormRefusal::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {
            let errors = FieldErrors::one("email", sentence(&refusal.description));
            let shown = Shown { typed: form, errors, ..Shown::first() };
            let mut response = render(at, shown).await?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => {
            let (errors, problem, mark) = form_errors(refusal)?;
            let shown = Shown { typed: form, errors, problem, ..Shown::first() };
            Ok(mark.put_on(render(at, shown).await?))
        }
    }
}
