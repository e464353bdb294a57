use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// What stands in the place of a password.
const HIDDEN: &str = "***";

/// Where the database is: `sqlite://path` or `postgres://user:password@host/name`. It shows itself without the password
/// wherever it is formatted or written down; [`DatabaseUrl::reveal`] alone has it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL with its password, for the database's driver.
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
        if !matches!(scheme, "postgres" | "postgresql")
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

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
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
}
