//! `/admin/users/new`

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{InstanceRight, Params};
use postern_flows::users::{NewUser, Standing};
use postern_flows::{FieldErrors, administration};
use postern_templating::AdminTab;
use postern_templating::pages::AdminUserNew;

use super::asked::Manager;
use super::user;
use crate::answer::{PageRefusal, form_errors};
use crate::request::FormAbout;
use crate::{account_form, page};

const PATH: &str = "/admin/users/new";

pub(super) async fn show(manager: Manager) -> Response {
    match manager.proof_first(PATH) {
        Some(first) => first,
        None => {
            let blank = Params::default().with("way", "invitation");
            page::render(&form(&manager, &blank, &FieldErrors::none()))
        }
    }
}

pub(super) async fn make(FormAbout(manager, typed): FormAbout<Manager>) -> Result<Response, PageRefusal> {
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    let is_invited = is_invited(&typed);
    let new = account_form::new_user(&typed);
    let password = new.password.filter(|password| !password.reveal().is_empty());
    let new = NewUser { password, ..new };
    let standing = Standing {
        email_verified: typed.get("email_verified").is_some(),
        rights: user::rights_of(&typed),
        ..Standing::default()
    };
    let app = &manager.page.app;
    match administration::make_account(app, &manager.actor, &new, standing, is_invited).await {
        Ok(made) => {
            let done = if is_invited { "invited" } else { "made" };
            Ok(Redirect::to(&format!("/admin/users/{}?done={done}", made.id)).into_response())
        }
        Err(refusal) => {
            let (errors, problem, mark) = form_errors(refusal)?;
            let again = AdminUserNew { problem, ..form(&manager, &typed, &errors) };
            Ok(mark.put_on(page::render(&again)))
        }
    }
}

fn is_invited(typed: &Params) -> bool {
    typed.get("way") != Some("password")
}

fn form(manager: &Manager, typed: &Params, errors: &FieldErrors) -> AdminUserNew {
    let rights = user::rights_of(typed);
    AdminUserNew {
        chrome: manager.chrome(AdminTab::Users),
        problem: None,
        account: account_form::new_account(typed, errors),
        is_invited: is_invited(typed),
        email_verified: typed.get("email_verified").is_some(),
        rights: match manager.has(InstanceRight::InstanceAdmin) {
            true => user::rights(&rights),
            false => Vec::new(),
        },
    }
}
