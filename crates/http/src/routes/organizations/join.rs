use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal, User};
use postern_flows::organizations::{self, Bar, Joining};
use postern_templating::pages::OrganizationJoin;
use postern_templating::{Section, Text, When, t};

use super::done::Done;
use super::place::role_means;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::routes::profile_email;

pub(super) const PATH: &str = "/organizations/join";

pub(super) async fn look(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let link = link(&query)?;
    let joining = organizations::look(&page.app, &page.signed_in.user, &link).await?;
    Ok(page::render(&page_of(&page, &joining, &link)))
}

pub(super) async fn answer(
    page: PageRequest,
    PageQuery(query): PageQuery,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let link = link(&query)?;
    let (app, actor) = (&page.app, page.actor());
    match form.get("action") {
        Some("accept") => {
            let joining = organizations::look(&page.app, &page.signed_in.user, &link).await?;
            if joining.bar.is_some() {
                let page = page::render(&page_of(&page, &joining, &link));
                return Ok((axum::http::StatusCode::FORBIDDEN, page).into_response());
            }
            let joined = organizations::accept(app, &actor, &link).await?;
            Ok(Done::Joined.and_go_to(&format!("/organizations/{}/overview", joined.slug)))
        }
        Some("decline") => {
            organizations::decline(app, &actor, &link).await?;
            Ok(Done::Declined.and_go_to("/organizations"))
        }
        _ => Err(Refusal::invalid_request("choose one of the two buttons").into()),
    }
}

fn link(query: &Params) -> Result<String, Refusal> {
    let link = query.get("invitation").map(str::to_owned);
    link.ok_or_else(|| Refusal::not_found("the link is not whole; open it again from where you got it"))
}

fn page_of(asked: &PageRequest, joining: &Joining, link: &str) -> OrganizationJoin {
    let PageRequest { app, visitor, signed_in } = asked;
    let query = |pairs: &[(&str, &str)]| {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let url = format!("{PATH}?{}", query(&[("invitation", link)]));
    let Joining { invitation, organization, members, inviter, .. } = joining;
    OrganizationJoin {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        switch_url: format!("/login?{}", query(&[("other", "1"), ("return_to", &url)])),
        url: url.clone(),
        organization: organization.name.to_string(),
        members: *members,
        inviter: inviter.as_ref().map_or_else(|| t("Somebody"), |it| Text::verbatim(it.name.to_string())),
        role: Text::sentence(invitation.role.as_str()),
        role_means: role_means(invitation.role),
        email: invitation.email.to_string(),
        expires: When::new(invitation.expires_at.0, app.clock.now().0),
        confirm_url: (joining.bar == Some(Bar::Unverified))
            .then(|| format!("{}?{}", profile_email::PATH, query(&[("return_to", &url)]))),
        refusal: joining.bar.map(|bar| refusal(bar, joining, &signed_in.user)),
    }
}

/// Why somebody cannot accept it, and what to do about it.
fn refusal(bar: Bar, joining: &Joining, user: &User) -> Text {
    match bar {
        Bar::SomebodyElses => t(
            "The invitation is for {invited}, and you are signed in as {email}: sign in as who has that address.",
        )
        .with("invited", joining.invitation.email.to_string())
        .with("email", user.email.to_string()),
        Bar::Unverified => t(
            "It is not verified yet that {email} is yours: have a link sent to it in your profile, and open the \
             invitation again after that.",
        )
        .with("email", user.email.to_string()),
        Bar::Member(role) => {
            t("You are a member already, as {role}.").with("role", Text::sentence(role.as_str()))
        }
    }
}
