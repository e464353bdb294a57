//! Which language somebody gets who names several.

use super::Language;

/// Most tags of a list that are looked at.
const MOST: usize = 32;

impl Language {
    /// The language of a tag, by RFC 4647 section 3.4: of `de-AT` the one for `de` where there is none for `de-AT`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let mut tag = tag;
        loop {
            if let Some(found) = Self::all().find(|language| language.tag().eq_ignore_ascii_case(tag)) {
                return Some(found);
            }
            tag = tag.rsplit_once('-')?.0;
            // A single letter only introduces what follows it.
            if let Some((shorter, last)) = tag.rsplit_once('-')
                && last.len() == 1
            {
                tag = shorter;
            }
        }
    }

    /// The first language there is of a list as in `ui_locales` (OIDC Core section 3.1.2.1): tags by preference, separated by
    /// spaces.
    pub fn preferred(tags: &str) -> Option<Self> {
        tags.split_whitespace().take(MOST).find_map(Self::of_tag)
    }

    /// The best language there is of an `Accept-Language` (RFC 9110 section 12.5.4). What can't be read in it is skipped.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut ranges: Vec<_> = header.split(',').take(MOST).filter_map(range).collect();
        ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        ranges.into_iter().find_map(|(_, tag)| Self::of_tag(tag))
    }
}

/// Weight in thousandths and tag; none for what is not wanted.
fn range(text: &str) -> Option<(u16, &str)> {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = match parameters.trim().split_once('=') {
        None if parameters.trim().is_empty() => 1_000,
        Some((q, value)) if q.trim().eq_ignore_ascii_case("q") => thousandths(value.trim())?,
        _ => return None,
    };
    (weight > 0).then_some((weight, tag.trim()))
}

/// `qvalue` of RFC 9110 section 12.4.2.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_good = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| is_good)?;
    match (whole, fraction) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(language: Option<Language>) -> &'static str {
        language.map_or("none", Language::tag)
    }

    #[test]
    fn tags_are_looked_up() {
        for (asked, found) in [
            ("de", "de"),
            ("DE", "de"),
            ("de-AT", "de"),
            ("de-Latn-DE-x-own", "de"),
            ("en-GB", "en"),
            ("den", "none"),
            ("tlh", "none"),
            ("", "none"),
            ("-", "none"),
            ("-de", "none"),
            ("x-de", "none"),
        ] {
            assert_eq!(tag(Language::of_tag(asked)), found, "{asked}");
        }
    }

    #[test]
    fn the_first_there_is_is_taken() {
        for (asked, found) in [
            ("de", "de"),
            ("tlh  de-CH en", "de"),
            ("en de", "en"),
            ("tlh", "none"),
            ("", "none"),
            ("de,en", "none"),
            ("\u{0} <script> de", "de"),
        ] {
            assert_eq!(tag(Language::preferred(asked)), found, "{asked}");
        }
    }

    #[test]
    fn weights_count() {
        for (asked, found) in [
            ("de", "de"),
            ("de-DE,de;q=0.9,en;q=0.8", "de"),
            ("en;q=0.5, de;q=0.51", "de"),
            ("en, de", "en"),
            ("tlh, de ; q = 0.001", "de"),
            ("de;q=0, en;q=0.1", "en"),
            ("de;q=0", "none"),
            ("de;q=2, en;q=x, de;level=1", "none"),
            ("*", "none"),
            (",,;;q=", "none"),
            ("", "none"),
        ] {
            assert_eq!(tag(Language::accepted(asked)), found, "{asked}");
        }
    }
}
