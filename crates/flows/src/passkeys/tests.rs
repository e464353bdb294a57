mod copies;

use serde_json::Value;

use super::*;
use crate::testing::{self, visit};
use crate::{Config, Denied};

fn at(public_url: &str) -> Config {
    Config { public_url: public_url.parse().unwrap(), ..Config::default() }
}

#[test]
fn passkeys_take_a_name_and_a_connection_that_browsers_trust() {
    for url in [
        "https://id.example.com",
        "https://id.example.com:8443",
        "http://localhost:8080",
        "http://a.localhost",
    ] {
        assert!(are_possible(&at(url)), "{url}");
    }
    for url in
        ["http://id.example.com", "https://192.0.2.1", "http://127.0.0.1:8080", "https://[2001:db8::1]"]
    {
        assert!(!are_possible(&at(url)), "{url}");
    }
}

#[tokio::test]
async fn a_question_names_this_server_and_asks_for_the_owner() {
    let app = testing::app().await;
    let asked = ask_anyone(&app, "visitor a", visit(1).address).await.unwrap();
    let key = &asked.options["publicKey"];
    assert_eq!((&key["rpId"], &key["userVerification"]), (&"localhost".into(), &"required".into()));
    assert_eq!(key["allowCredentials"], Value::Array(Vec::new()));
    assert!(asked.options.get("mediation").is_none());
    let user = testing::user(&app, "ada").await;
    let offered = offer(&app, &user, "session 1").await.unwrap();
    let selection = &offered.options["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");
    assert!(ask(&app, "visitor a", &user).await.is_err(), "there is none");
}

#[tokio::test]
async fn an_answer_is_to_its_own_question_once_and_in_time() {
    let app = testing::app().await;
    let asked = ask_anyone(&app, "visitor a", visit(1).address).await.unwrap();
    let answer = |binding| Answer { binding, ceremony: asked.ceremony.reveal(), credential: "{}" };
    assert!(ceremony::Ceremony::take(&app, answer("visitor b")).await.unwrap().is_none(), "another browser");
    assert!(ceremony::Ceremony::take(&app, answer("visitor a")).await.unwrap().is_some());
    assert!(ceremony::Ceremony::take(&app, answer("visitor a")).await.unwrap().is_none(), "again");
    assert_eq!(sign_in(&app, answer("visitor a"), &visit(1)).await.unwrap_err(), Denied::Wrong);
    let asked = ask_anyone(&app, "visitor a", visit(1).address).await.unwrap();
    app.advance(ceremony::LIFETIME);
    let late = Answer { binding: "visitor a", ceremony: asked.ceremony.reveal(), credential: "{}" };
    assert!(ceremony::Ceremony::take(&app, late).await.unwrap().is_none(), "too late");
}
