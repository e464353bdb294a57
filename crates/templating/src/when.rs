//! A point in time as a person reads it: relative, with the exact time one hover away.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// A point in time. In a template, `{{ when }}` gives `<time>`, which a script keeps up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(
    source = r#"<time datetime="{{ rfc3339() }}" title="{{ exact }}">{{ relative }}</time>"#,
    ext = "html"
)]
pub struct When {
    /// Unix seconds.
    pub unix: i64,
    /// e.g. *22 Nov 2026, 09:57 UTC*.
    pub exact: String,
    /// e.g. *5 minutes ago* or *in 6 days*.
    pub relative: String,
}

impl HtmlSafe for When {}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

impl When {
    /// The point `unix`, seen from `now`; both in Unix seconds.
    pub fn new(unix: i64, now: i64) -> Self {
        Self { unix, exact: exact(unix), relative: relative(unix, now) }
    }

    /// The same point as RFC 3339 in UTC, for machines; empty where the year has more than four digits.
    pub fn rfc3339(&self) -> String {
        OffsetDateTime::from_unix_timestamp(self.unix)
            .ok()
            .and_then(|t| t.format(&Rfc3339).ok())
            .unwrap_or_default()
    }

    /// The day alone, e.g. *22 Nov 2026*.
    pub fn day(&self) -> &str {
        self.exact.split(',').next().unwrap_or_default()
    }
}

fn exact(unix: i64) -> String {
    let format = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(unix)
        .ok()
        .and_then(|time| time.format(&format).ok())
        .unwrap_or_else(|| "unknown".into())
}

fn relative(unix: i64, now: i64) -> String {
    let distance = unix.abs_diff(now);
    if distance < MINUTE {
        return "just now".into();
    }
    let (count, unit) = match distance {
        d if d < HOUR => (d / MINUTE, "minute"),
        d if d < DAY => (d / HOUR, "hour"),
        d if d < 2 * MONTH => (d / DAY, "day"),
        d if d < YEAR => (d / MONTH, "month"),
        d => (d / YEAR, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if unix > now { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_341_420;

    #[test]
    fn distances_read_as_people_say_them() {
        for (offset, text) in [
            (0, "just now"),
            (-59, "just now"),
            (-60, "1 minute ago"),
            (7 * 60, "in 7 minutes"),
            (-23 * 3600, "23 hours ago"),
            (6 * 86_400, "in 6 days"),
            (-59 * 86_400, "59 days ago"),
            (-90 * 86_400, "3 months ago"),
            (-800 * 86_400, "2 years ago"),
        ] {
            assert_eq!(When::new(NOW + offset, NOW).relative, text);
        }
    }

    #[test]
    fn the_exact_time_is_utc() {
        let when = When::new(NOW, NOW);
        assert_eq!(when.exact, "22 Nov 2026, 09:57 UTC");
        assert_eq!(when.rfc3339(), "2026-11-22T09:57:00Z");
        assert_eq!(when.day(), "22 Nov 2026");
        assert_eq!(When::new(i64::MAX, NOW).exact, "unknown");
    }
}
