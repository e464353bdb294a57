use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// What stands in the place of a password.
const HIDDEN: &str = "***";
/// The schemes of which it is known where the password is.
const KNOWN: [&str; 4] = ["postgres", "postgresql", "smtp", "smtps"];

/// Where something that this server depends on is, such as `sqlite://path`, `postgres://user:password@host/name` or
/// `smtps://user:password@host`. It shows itself without the password wherever it is formatted or written down;
/// [`ServiceUrl::reveal`] alone has it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The URL with its password, for the driver that connects to it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn shown(&self) -> String {
        let scheme = self.0.split_once(':').map_or("", |(scheme, _)| scheme);
        // A file's name is no secret.
        if scheme == "sqlite" {
            return self.0.clone();
        }
        // Of what cannot be read, or is read otherwise than it was meant, nobody knows which part is the password: an
        // unescaped `#` or `/` in it ends the host for the parser.
        let Ok(mut url) = Url::parse(&self.0) else { return HIDDEN.to_owned() };
        let behind_the_host = [Some(url.path()), url.query(), url.fragment()];
        let is_read_otherwise =
            url.fragment().is_some() || behind_the_host.into_iter().flatten().any(|part| part.contains('@'));
        if !KNOWN.contains(&scheme)
            || is_read_otherwise
            || (url.password().is_some() && url.set_password(Some(HIDDEN)).is_err())
        {
            return HIDDEN.to_owned();
        }
        if url.query().is_some() {
            let hide = |name: &str| name.to_ascii_lowercase().contains("pass");
            let pairs: Vec<(String, String)> = url
                .query_pairs()
                .map(|(name, value)| {
                    let value = if hide(&name) { HIDDEN.into() } else { value };
                    (name.into_owned(), value.into_owned())
                })
                .collect();
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url.to_string()
    }
}

impl From<String> for ServiceUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&str> for ServiceUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ServiceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn the_password_is_never_shown() {
        for (url, shown) in [
            ("sqlite://postern-data/postern.db", "sqlite://postern-data/postern.db"),
            ("postgres://postern@localhost/postern", "postgres://postern@localhost/postern"),
            ("postgres://u:hunter2@db:5433/x?sslmode=require", "postgres://u:***@db:5433/x?sslmode=require"),
            ("postgresql://u:hunter2%40@db/x", "postgresql://u:***@db/x"),
            (
                "postgres://db/x?user=u&password=hunter2&host=/run",
                "postgres://db/x?user=u&password=***&host=%2Frun",
            ),
            ("postgres://u:hunter2#4@db/x", "***"),
            ("postgres://u:12#hunter2@db/x", "***"),
            ("postgres://u:12/hunter2@db/x", "***"),
            ("postgres://u:12?hunter2@db/x", "***"),
            ("mysql://u:hunter2@db/x", "***"),
            ("hunter2", "***"),
        ] {
            let config = Config { database_url: url.into(), ..Config::default() };
            assert_eq!(config.database_url.reveal(), url);
            assert_eq!(config.database_url.to_string(), shown);
            let everywhere = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
            assert!(!everywhere.contains("hunter2"), "{everywhere}");
        }
    }

    #[test]
    fn the_password_of_a_mail_server_is_never_shown() {
        for (url, shown) in [
            ("smtp://mail.example:25", "smtp://mail.example:25"),
            ("smtps://u:hunter2@mail.example", "smtps://u:***@mail.example"),
            ("smtps://u:12/hunter2@mail.example", "***"),
            ("smtps://u:12#hunter2@mail.example", "***"),
            ("mail://u:hunter2@mail.example", "***"),
            ("hunter2", "***"),
        ] {
            let url = ServiceUrl::from(url);
            let everywhere = format!("{url:?} {}", serde_json::to_string(&url).unwrap());
            assert_eq!(url.to_string(), shown);
            assert!(!everywhere.contains("hunter2"), "{everywhere}");
        }
    }
}
