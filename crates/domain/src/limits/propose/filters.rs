//! What the queries of some requests have in common.

use std::collections::BTreeSet;

use super::proposal::Seen;
use super::segment::literal;
use crate::limits::line::{Condition, Place};
use crate::limits::pattern::Pattern;
use crate::limits::query::{Found, Query};

/// How often it takes to call something "always".
const ALWAYS: u64 = 3;
/// Most values that are few.
const FEW: usize = 3;
/// Longest value that is written out, in bytes.
const LONGEST: usize = 60;

/// A condition for each parameter that all of them have, with few values and each of them known.
pub(super) fn of(requests: &[&Seen]) -> Vec<Condition> {
    let times: u64 = requests.iter().map(|seen| seen.times).fold(0, u64::saturating_add);
    let queries: Option<Vec<&Query>> =
        requests.iter().map(|seen| seen.request.query().as_ref().ok()).collect();
    let Some([first, ..]) = queries.as_deref().filter(|_| times >= ALWAYS) else { return Vec::new() };
    let queries = queries.as_deref().unwrap_or_default();
    let names: BTreeSet<&str> = first.names().filter(|name| is_plain(name)).collect();
    names.into_iter().filter_map(|name| condition(name, queries)).collect()
}

fn condition(name: &str, queries: &[&Query]) -> Option<Condition> {
    let mut values = BTreeSet::new();
    for query in queries {
        let Found::Values(found) = query.find(name) else { return None };
        for value in found {
            values.insert(value.filter(|value| value.len() <= LONGEST && !value.contains(char::is_control))?);
        }
        if values.len() > FEW || query.is_part() {
            return None;
        }
    }
    let written: Vec<String> = values.into_iter().map(literal).collect();
    let pattern = match written.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join("|")),
    };
    let pattern = Pattern::parse(&pattern).ok()?;
    Some(Condition { place: Place::QueryParam(name.to_owned()), pattern })
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
