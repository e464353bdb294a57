use std::borrow::Cow;

/// Longest URL that is kept, in bytes.
pub const LONGEST_URL: usize = 2_048;

/// How the name of a parameter ends whose value is a secret, in small letters and without `_` and `-`.
const ENDS: [&str; 15] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "signature",
    "assertion",
    "credential",
    "credentials",
    "authorization",
    "jwt",
];
/// What it is called as a whole, where the end alone says too little: an `issueKey` is none.
const NAMES: [&str; 9] = ["code", "key", "sig", "pwd", "auth", "session", "sessionid", "otp", "pin"];

/// A URL as it may be kept: without user and fragment, with `…` for each value of the query that may be a secret, cut off
/// where it is too long. `prefix` is the first part of this instance's tokens.
pub fn redacted(url: &str, prefix: &str) -> String {
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let (head, query) = match url.split_once('?') {
        Some((head, query)) => (head, Some(query)),
        None => (url, None),
    };
    let mut kept = without_secret_segments(&without_user(head), prefix);
    if let Some(query) = query {
        let parts: Vec<String> = query.split('&').map(|part| parameter(part, prefix)).collect();
        kept.push('?');
        kept.push_str(&parts.join("&"));
    }
    shortened(kept)
}

fn without_user(head: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = head.split_once("://") else { return Cow::Borrowed(head) };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.split_at_checked(end).and_then(|(authority, path)| Some((authority.rsplit_once('@')?.1, path)))
    {
        Some((host, path)) => Cow::Owned(format!("{scheme}://{host}{path}")),
        None => Cow::Borrowed(head),
    }
}

fn without_secret_segments(head: &str, prefix: &str) -> String {
    let segments: Vec<&str> =
        head.split('/').map(|segment| if looks_secret(segment, prefix) { "…" } else { segment }).collect();
    segments.join("/")
}

fn parameter(part: &str, prefix: &str) -> String {
    let Some((name, value)) = part.split_once('=') else {
        // A name without a value can be a token as well as anything.
        return if looks_secret(part, prefix) { "…".to_owned() } else { part.to_owned() };
    };
    let decoded = decoded(name);
    let plain: String = decoded.to_lowercase().chars().filter(|c| !matches!(c, '_' | '-')).collect();
    let secret = is_secret_name(&plain) || looks_secret(value, prefix);
    if secret && !value.is_empty() { format!("{name}=…") } else { part.to_owned() }
}

fn is_secret_name(name: &str) -> bool {
    NAMES.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a text is a token, or a JWT (RFC 7519).
fn looks_secret(text: &str, prefix: &str) -> bool {
    let text = decoded(text);
    text.contains(&format!("{prefix}_")) || (text.starts_with("eyJ") && text.matches('.').count() >= 2)
}

fn decoded(text: &str) -> Cow<'_, str> {
    match url::form_urlencoded::parse(text.as_bytes()).next() {
        Some((name, value)) if value.is_empty() => name,
        _ => Cow::Borrowed(text),
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_URL {
        let cut = '…'.len_utf8();
        let end = (0..=LONGEST_URL.saturating_sub(cut)).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_kept() {
        let table = [
            ("https://api.example/rest/2/issue", "https://api.example/rest/2/issue"),
            ("https://api.example/a?b=c&d=e", "https://api.example/a?b=c&d=e"),
            ("https://api.example/a?access_token=abc&d=e", "https://api.example/a?access_token=…&d=e"),
            ("https://api.example/a?issueKey=JRA-1&key=abc", "https://api.example/a?issueKey=JRA-1&key=…"),
            ("https://api.example/a?X-Api-Key=abc", "https://api.example/a?X-Api-Key=…"),
            ("https://api.example/a?%61ccess_token=abc", "https://api.example/a?%61ccess_token=…"),
            ("https://api.example/a?q=postern_pat_abc", "https://api.example/a?q=…"),
            ("https://api.example/a?q=postern%5Fpat_abc", "https://api.example/a?q=…"),
            ("https://api.example/a?postern_pat_abc", "https://api.example/a?…"),
            ("https://api.example/a?j=eyJh.eyJz.sig", "https://api.example/a?j=…"),
            ("https://api.example/postern_pat_abc/b", "https://api.example/…/b"),
            ("https://ada:pw@api.example/a#code=1", "https://api.example/a"),
            ("https://api.example/a?code=", "https://api.example/a?code="),
            ("/a?b", "/a?b"),
            ("", ""),
        ];
        for (url, kept) in table {
            assert_eq!(redacted(url, "postern"), kept, "{url}");
        }
    }

    #[test]
    fn long_urls_are_cut_at_a_character() {
        for long in ["a".repeat(5_000), "ä".repeat(5_000), "…".repeat(5_000)] {
            let kept = redacted(&long, "postern");
            assert!(kept.len() <= LONGEST_URL && kept.ends_with('…'));
        }
    }
}
