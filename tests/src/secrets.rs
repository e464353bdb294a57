use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// Members of JSON answers that are secret.
const SECRET_MEMBERS: [&str; 5] = ["access_token", "refresh_token", "id_token", "client_secret", "token"];

/// Every secret that the actors of a test have seen or sent. None of them may stand in the server's log.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<Mutex<BTreeSet<String>>>);

impl Secrets {
    /// Takes note of a secret. What is shorter than eight characters is found by accident and is left out.
    pub fn add(&self, secret: &str) {
        if secret.len() >= 8 {
            self.0.lock().expect("the set of secrets").insert(secret.to_owned());
        }
    }

    /// Takes note of the secret members of a JSON answer.
    pub(crate) fn add_from(&self, answer: &Value) {
        let found = SECRET_MEMBERS.iter().filter_map(|name| answer.get(name)?.as_str());
        found.for_each(|secret| self.add(secret));
    }

    /// Fails if a secret stands in `text`.
    ///
    /// # Panics
    /// Names the secret and the line that holds it.
    pub fn assert_absent_from(&self, what: &str, text: &str) {
        for secret in self.0.lock().expect("the set of secrets").iter() {
            if let Some(line) = text.lines().find(|line| line.contains(secret.as_str())) {
                panic!("{what} holds the secret {secret}: {line}");
            }
        }
    }
}
