//! From a page's struct to an answer.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use postern_domain::{InstanceRight, Refusal, User};
use postern_flows::App;
use postern_templating::{Account, Acting, Branding, Chrome, Section, When};

use crate::answer::PageRefusal;
use crate::request::Visitor;
use crate::{form_token, language};

/// The page as an answer, in the language of its visitor; one that cannot be rendered is an error of ours.
pub(crate) fn render(page: &impl Template) -> Response {
    let language = language::current();
    match page.render_with_values(&language) {
        Ok(html) => {
            let tag = [(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()))];
            (tag, Html(html)).into_response()
        }
        Err(error) => PageRefusal::from(Refusal::because(error)).into_response(),
    }
}

/// The frame of a page for this visitor.
pub(crate) fn chrome(app: &App, visitor: &Visitor, section: Section) -> Chrome {
    // Whoever rendered this looked at it for this very request.
    let brand = app.brand();
    let signed_in = visitor.signed_in.as_ref();
    let acting = signed_in.filter(|signed_in| signed_in.impersonator.is_some());
    Chrome {
        acting: acting.map(|signed_in| Acting {
            by: signed_in.impersonator.as_ref().map(|by| by.username.to_string()).unwrap_or_default(),
            until: When::new(signed_in.session.expires_at.0, app.clock.now().0),
        }),
        branding: Branding {
            name: brand.name.clone(),
            logo_url: brand.logo_path(),
            accent: brand.accent.as_ref().map(ToString::to_string),
        },
        account: signed_in.map(|signed_in| match acting {
            None => account(app, &signed_in.user),
            // The console is shut, whatever the person may do there.
            Some(_) => Account { is_admin: false, is_instance_admin: false, ..account(app, &signed_in.user) },
        }),
        form_token: form_token::of(app, visitor),
        section,
        organization: None,
        notice: None,
        session_api: app.config.session_api_token.enabled && acting.is_none(),
    }
}

/// A person as pages name them.
pub(crate) fn account(app: &App, user: &User) -> Account {
    // Whoever administers the instance has its other rights too.
    let has = |right| user.rights.contains(&right) || user.rights.contains(&InstanceRight::InstanceAdmin);
    Account {
        name: user.name.to_string(),
        username: user.username.to_string(),
        email: user.email.to_string(),
        deletes: user.deletes_at.map(|at| When::new(at.0, app.clock.now().0)),
        is_admin: has(InstanceRight::UsersManage),
        is_instance_admin: has(InstanceRight::InstanceAdmin),
    }
}
