use crate::api_tokens::{Trial, try_request};
use crate::{FormRefusal, GuardRoute};

use super::app;

fn trial(limits: &str, curl: &str) -> Trial {
    Trial { limits: limits.to_owned(), curl: curl.to_owned(), ..Trial::default() }
}

#[tokio::test]
async fn a_request_is_tried_by_line() {
    let route = GuardRoute {
        pattern: ".*/rest/.*".to_owned(),
        methods: vec!["post".to_owned()],
        scopes: vec!["openid".to_owned()],
        ..GuardRoute::default()
    };
    let app = app(|config| config.guard.routes = vec![route]).await;
    let limits = "[get].*/project.*\n[post].*/rest/api/2/filter[JsonData::editable==false]";
    let command = "curl https://JIRA.example:443/rest/api/2/filter --json '{\"editable\": false}'";
    let tried = try_request(&app, &trial(limits, command), &[]).await.unwrap();
    assert!(tried.allowed && tried.lines[0].line == 2 && tried.lines[0].passes, "{tried:?}");
    assert_eq!((&*tried.method, &*tried.url), ("POST", "https://jira.example/rest/api/2/filter"));
    assert_eq!(tried.scopes, Some(vec!["openid".to_owned()]));
    let other = "curl https://jira.example/rest/api/2/filter -d '{\"editable\": false}'";
    let tried = try_request(&app, &trial(limits, other), &[]).await.unwrap();
    assert!(!tried.allowed && tried.lines.len() == 2, "{tried:?}");
    assert!(tried.lines[1].reason.to_string().contains("does not say that it is JSON"), "{tried:?}");
    let unasked = try_request(&app, &trial("", "curl https://jira.example/"), &[]).await.unwrap();
    assert!(unasked.allowed && unasked.lines.is_empty() && unasked.scopes.is_none(), "{unasked:?}");
}

#[tokio::test]
async fn all_that_cannot_be_read_is_told() {
    let app = app(|_| {}).await;
    let wrong =
        Trial { method: "GE T".into(), url: "ftp://a".into(), limits: "[x]".into(), ..Trial::default() };
    let Err(FormRefusal::Fields(errors)) = try_request(&app, &wrong, &[]).await else {
        panic!("it was tried")
    };
    let fields: Vec<_> = errors.0.iter().map(|error| error.field).collect();
    assert_eq!(fields, ["limits", "method", "url"]);
    let wrong = trial("", "curl -T file https://a.example");
    let Err(FormRefusal::Fields(errors)) = try_request(&app, &wrong, &[]).await else {
        panic!("it was tried")
    };
    assert_eq!(errors.0[0].field, "curl");
}
