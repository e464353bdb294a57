//! What the suite's browser does on the pages of this server, as the suite wants to be told.
//!
//! The browser opens an address of the server. The first entry whose `match` fits the address says what happens then:
//! its tasks are done in turn, each on the page that is there by then.

use serde_json::{Value, json};

use crate::configuration::{PASSWORD, USER};

/// How many seconds the browser waits for something on a page.
const PATIENCE: u32 = 10;

/// What a page that somebody is to look at later is to the suite.
#[derive(Clone, Copy)]
enum Evidence {
    /// The module wants one: this is it.
    Wanted,
    /// If the module wants one by now, this is it.
    IfWanted,
}

/// What is done where a module says nothing else.
pub(crate) fn steps(issuer: &str) -> Value {
    json!([at_authorize(issuer, signing_in(issuer, None)), at_logout(issuer, back_from_logout(issuer))])
}

/// What is done in the modules that look at a page.
pub(crate) fn overrides(issuer: &str) -> Value {
    let sign_in_again = || {
        let page = page_says("Sign in", Evidence::IfWanted);
        json!({ "browser": [at_authorize(issuer, signing_in(issuer, Some(page)))] })
    };
    let refused = || json!({ "browser": [at_authorize(issuer, vec![error_page(issuer)])] });
    let ending_in = |last: Vec<Value>| json!({ "browser": [at_authorize(issuer, signing_in(issuer, None)), at_logout(issuer, last)] });
    let logout_refused = || ending_in(vec![error_page(issuer)]);
    let signed_out = || ending_in(vec![confirming(issuer), signed_out_page(issuer)]);
    json!({
        "oidcc-prompt-login": sign_in_again(),
        "oidcc-max-age-1": sign_in_again(),
        "oidcc-ensure-registered-redirect-uri": refused(),
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": logout_refused(),
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": logout_refused(),
        "oidcc-rp-initiated-logout-modified-id-token-hint": logout_refused(),
        "oidcc-rp-initiated-logout-bad-id-token-hint": logout_refused(),
        "oidcc-rp-initiated-logout-no-id-token-hint": logout_refused(),
        "oidcc-rp-initiated-logout-no-params": signed_out(),
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": signed_out(),
        "oidcc-rp-initiated-logout-only-state": signed_out(),
    })
}

fn at_authorize(issuer: &str, tasks: Vec<Value>) -> Value {
    json!({ "match": format!("{issuer}/v1/oauth2/authorize*"), "tasks": tasks })
}

fn at_logout(issuer: &str, tasks: Vec<Value>) -> Value {
    json!({ "match": format!("{issuer}/v1/oauth2/logout*"), "tasks": tasks })
}

/// Signs in where that is asked, allows the app where that is asked, and waits for the suite's own page.
fn signing_in(issuer: &str, first: Option<Value>) -> Vec<Value> {
    let form = [type_into("identifier", USER), type_into("password", PASSWORD), click("id", "sign-in")];
    let sign_in = first.into_iter().chain(form).collect();
    vec![
        perhaps(on_page(&format!("{issuer}/*"), "sign in", sign_in)),
        perhaps(on_page(
            &format!("{issuer}/*"),
            "allow",
            vec![click("css", "button[name=decision][value=allow]")],
        )),
        on_page(
            "*/test/*/callback*",
            "back at the suite",
            vec![json!(["wait", "id", "submission_complete", PATIENCE])],
        ),
    ]
}

fn back_from_logout(issuer: &str) -> Vec<Value> {
    let back = json!(["wait", "contains", "/post_logout_redirect", PATIENCE]);
    vec![confirming(issuer), on_page("*", "back at the suite", vec![back])]
}

/// Says yes where the server asks whether to sign out.
fn confirming(issuer: &str) -> Value {
    perhaps(on_page(&format!("{issuer}/v1/oauth2/logout*"), "sign out", vec![click("id", "sign-out")]))
}

fn error_page(issuer: &str) -> Value {
    on_page(&format!("{issuer}/*"), "an error page", vec![page_says("(?i)error", Evidence::Wanted)])
}

fn signed_out_page(issuer: &str) -> Value {
    on_page(&format!("{issuer}/*"), "signed out", vec![page_says("(?i)sign out complete", Evidence::Wanted)])
}

fn on_page(address: &str, name: &str, commands: Vec<Value>) -> Value {
    json!({ "task": name, "match": address, "commands": commands })
}

/// The task is left out where the page is another.
fn perhaps(mut task: Value) -> Value {
    if let Some(task) = task.as_object_mut() {
        task.insert("optional".to_owned(), true.into());
    }
    task
}

fn type_into(field: &str, text: &str) -> Value {
    json!(["text", "name", field, text, "optional"])
}

fn click(selector: &str, target: &str) -> Value {
    json!(["click", selector, target, "optional"])
}

fn page_says(pattern: &str, evidence: Evidence) -> Value {
    let evidence = match evidence {
        Evidence::Wanted => "update-image-placeholder",
        Evidence::IfWanted => "update-image-placeholder-optional",
    };
    json!(["wait", "xpath", "//*", PATIENCE, pattern, evidence])
}
