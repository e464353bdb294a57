use serde::{Deserialize, Serialize};

use super::set::{LimitCaps, LimitSet};

/// Limits as a client asks for them and is told of them: an element of `authorization_details` (RFC 9396 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLimit {
    /// [`Self::TYPE`].
    #[serde(rename = "type")]
    kind: &'static str,
    limits: LimitSet,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(rename = "type")]
    kind: String,
    limits: Vec<String>,
}

impl RequestLimit {
    /// What `type` says of it.
    pub const TYPE: &'static str = "request_limit";

    /// These limits.
    pub const fn new(limits: LimitSet) -> Self {
        Self { kind: Self::TYPE, limits }
    }

    /// The limits that a request's `authorization_details` ask for: what any of its elements lets pass.
    ///
    /// # Errors
    /// Says what is wrong with them, for `invalid_authorization_details` (RFC 9396 section 5).
    pub fn read(text: &str, caps: LimitCaps) -> Result<LimitSet, String> {
        let asked: Vec<Asked> = serde_json::from_str(text).map_err(|error| {
            format!(
                "authorization_details is an array of {{\"type\":\"{}\",\"limits\":[…]}}: {error}",
                Self::TYPE
            )
        })?;
        if let Some(unknown) = asked.iter().find(|detail| detail.kind != Self::TYPE) {
            let kind: String = unknown.kind.chars().take(60).collect();
            return Err(format!("the type “{kind}” is not known; the only one is {}", Self::TYPE));
        }
        let lines: Vec<&str> = asked.iter().flat_map(|detail| &detail.limits).map(String::as_str).collect();
        let set = LimitSet::parse(&lines.join("\n"), caps).map_err(|errors| match errors.first() {
            Some(error) => format!("limits: {error}"),
            None => "limits cannot be read".to_owned(),
        })?;
        set.ok_or_else(|| "authorization_details holds no limit".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_or_refused() {
        let read = |text: &str| RequestLimit::read(text, LimitCaps::default());
        let set = read(
            r#"[{"type":"request_limit","limits":["[get].*"]},{"type":"request_limit","limits":[".*/x"]}]"#,
        );
        assert_eq!(set.unwrap().to_string(), "[get].*\n.*/x");
        for text in [
            "",
            "{}",
            "[]",
            "[1]",
            r#"[{"type":"payment"}]"#,
            r#"[{"type":"payment","limits":[]}]"#,
            r#"[{"type":"request_limit"}]"#,
            r#"[{"type":"request_limit","limits":[]}]"#,
            r#"[{"type":"request_limit","limits":["("]}]"#,
            r#"[{"type":"request_limit","limits":[".*"],"actions":[]}]"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
