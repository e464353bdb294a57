use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// What stands in the place of a password.
const HIDDEN: &str = "***";

/// Where the mail server is: `smtps://user:password@host` or `smtp://host`. It shows itself without the password wherever
/// it is formatted or written down; [`SmtpUrl::reveal`] alone has it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct SmtpUrl(String);

impl SmtpUrl {
    /// The URL with its password, for the mail transport.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn shown(&self) -> String {
        // Of what is read otherwise than it was meant nobody knows which part is the password.
        let Ok(mut url) = Url::parse(&self.0) else { return HIDDEN.to_owned() };
        let behind_the_host = [Some(url.path()), url.query(), url.fragment()];
        let is_read_otherwise = behind_the_host.into_iter().flatten().any(|part| part.contains('@'));
        if !matches!(url.scheme(), "smtp" | "smtps")
            || is_read_otherwise
            || (url.password().is_some() && url.set_password(Some(HIDDEN)).is_err())
        {
            return HIDDEN.to_owned();
        }
        url.to_string()
    }
}

impl From<String> for SmtpUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&str> for SmtpUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SmtpUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_never_shown() {
        for (url, shown) in [
            ("smtp://mail.example:25", "smtp://mail.example:25"),
            ("smtps://u:hunter2@mail.example", "smtps://u:***@mail.example"),
            ("smtps://u:12/hunter2@mail.example", "***"),
            ("smtps://u:12#hunter2@mail.example", "***"),
            ("mail://u:hunter2@mail.example", "***"),
            ("hunter2", "***"),
        ] {
            let url = SmtpUrl::from(url);
            let everywhere = format!("{url:?} {}", serde_json::to_string(&url).unwrap());
            assert_eq!(url.to_string(), shown);
            assert!(!everywhere.contains("hunter2"), "{everywhere}");
        }
    }
}
