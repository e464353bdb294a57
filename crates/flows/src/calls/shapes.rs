use std::collections::BTreeMap;

use postern_domain::audit::{Call, CallVerdict, EventId};
use postern_domain::limits::{KeptRequest, RequestUrl, shape, shape_key};
use postern_domain::{Said, Timestamp};

/// Most shapes that are shown.
const MOST: usize = 100;

/// Calls with one method to paths of one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallShape {
    /// The method.
    pub method: String,
    /// The URL, with a word such as `{number}` in the place of what differs.
    pub shape: String,
    /// How many calls.
    pub calls: u64,
    /// How many of them were let through only because limits reported and did not refuse.
    pub reported: u64,
    /// Why, in words, of the latest.
    pub reason: Said,
    /// The id of the latest.
    pub latest: EventId,
    /// Its URL as it was kept.
    pub latest_url: String,
    /// When it came.
    pub latest_at: Timestamp,
}

/// Calls by their shapes, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// How many calls.
    pub calls: u64,
    /// Their shapes.
    pub shapes: Vec<CallShape>,
    /// How many further shapes there are.
    pub more: u64,
}

/// Calls on the way to their shapes.
#[derive(Default)]
pub(super) struct Gathered(BTreeMap<(String, String), Group>);

struct Group {
    urls: Vec<RequestUrl>,
    of_latest: CallShape,
}

impl Gathered {
    /// Adds a call; the latest comes first.
    pub(super) fn add(&mut self, call: &Call, reason: impl FnOnce() -> Said) {
        let kept = KeptRequest::read(&call.method, &call.url);
        let bare = call.url.split('?').next().unwrap_or_default();
        let key = kept.url().map_or_else(|| bare.to_owned(), shape_key);
        let group = self.0.entry((call.method.clone(), key.clone())).or_insert_with(|| Group {
            urls: Vec::new(),
            of_latest: CallShape {
                method: call.method.clone(),
                shape: key,
                calls: 0,
                reported: 0,
                reason: reason(),
                latest: call.id,
                latest_url: call.url.clone(),
                latest_at: call.at,
            },
        });
        group.urls.extend(kept.url().cloned());
        group.of_latest.calls += 1;
        group.of_latest.reported += u64::from(call.verdict == CallVerdict::ReportOnly);
    }

    pub(super) fn shapes(self) -> Shapes {
        let mut shapes: Vec<CallShape> = self.0.into_values().map(Group::shape).collect();
        shapes.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| b.latest.cmp(&a.latest)));
        let calls = shapes.iter().map(|shape| shape.calls).sum();
        let more = u64::try_from(shapes.len().saturating_sub(MOST)).unwrap_or(u64::MAX);
        shapes.truncate(MOST);
        Shapes { calls, shapes, more }
    }
}

impl Group {
    fn shape(self) -> CallShape {
        let urls: Vec<&RequestUrl> = self.urls.iter().collect();
        if urls.is_empty() {
            return self.of_latest;
        }
        CallShape { shape: shape(&urls), ..self.of_latest }
    }
}
