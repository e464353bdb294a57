use crate::Instance;
use crate::address::unique;

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Person {
    /// The id: `sub`.
    pub id: String,
    /// The user name: `preferred_username`.
    pub username: String,
    /// The address.
    pub email: String,
    /// What they are called: `name`.
    pub name: String,
    /// The password.
    pub password: String,
}

impl Person {
    /// Somebody who has no account yet.
    pub fn new() -> Self {
        let username = unique("person");
        Self {
            id: String::new(),
            email: format!("{username}@example.com"),
            name: format!("Person {username}"),
            password: format!("correct horse {username} staple"),
            username,
        }
    }

    pub(crate) fn create(instance: &Instance, options: &[&str]) -> Self {
        let mut person = Self::new();
        let command = [
            &["user", "create", "--email", &person.email, "--username", &person.username],
            &["--name", person.name.as_str(), "--password-stdin"][..],
            options,
        ];
        instance.secrets().add(&person.password);
        let made = instance.prepare(&command.concat(), &person.password);
        person.id = made["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            (&made["email"], &made["username"]),
            (&person.email.as_str().into(), &person.username.as_str().into())
        );
        person
    }
}

impl Default for Person {
    fn default() -> Self {
        Self::new()
    }
}
