use super::segment::Look;
use crate::limits::url::RequestUrl;

/// A URL with a word such as `{number}` in the place of each segment that looks like an id. URLs with the same one have the
/// same [`shape()`].
pub fn shape_key(url: &RequestUrl) -> String {
    let segments = url.path().split('/').map(|segment| Look::of(segment).stand_in().unwrap_or(segment));
    let path: Vec<&str> = segments.collect();
    format!("{}{}", url.origin(), path.join("/"))
}

/// What URLs of the same [`shape_key`] have in common: what looks like an id stays where it is the same in all of them.
pub fn shape(urls: &[&RequestUrl]) -> String {
    let Some((first, others)) = urls.split_first() else { return String::new() };
    let segments = first.path().split('/').enumerate().map(|(at, segment)| {
        let is_same = others.iter().all(|url| url.path().split('/').nth(at) == Some(segment));
        if is_same { segment } else { Look::of(segment).stand_in().unwrap_or(segment) }
    });
    let path: Vec<&str> = segments.collect();
    format!("{}{}", first.origin(), path.join("/"))
}
