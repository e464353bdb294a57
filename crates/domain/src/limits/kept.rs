use super::method::Method;
use super::query::Query;
use super::url::RequestUrl;
use super::verdict::Shortfall;

/// What stands in the place of a value that was not kept.
pub(super) const HIDDEN: &str = "…";
/// As long as a URL that was cut off is at least, in bytes.
const CUT_OFF: usize = 2_040;

/// A request as it was written down: without its body, without the values of its query that may be secrets, and cut off
/// where its URL was too long.
#[derive(Clone, Debug)]
pub struct KeptRequest {
    method: Option<Method>,
    url: Option<RequestUrl>,
    query: Result<Query, &'static str>,
}

/// What limits say to a request of which not everything was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptVerdict {
    /// It may pass for certain, by this line, counted from 0; `None` if there are no limits.
    Passed(Option<usize>),
    /// No line lets it pass, for certain. How far each line got, in their order.
    Refused(Vec<Shortfall>),
    /// It turns on what was not kept. How far each line got.
    Open(NotKept, Vec<Shortfall>),
}

/// What was not kept of a request, on which it turns whether it may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotKept {
    /// Its body.
    Body,
    /// The value of a parameter that may be a secret.
    Query,
    /// Its path.
    Url,
}

impl KeptRequest {
    /// Reads a method and a URL as [`redacted`](crate::audit::redacted()) keeps it.
    pub fn read(method: &str, url: &str) -> Self {
        let cut_off = url.len() >= CUT_OFF && url.ends_with(HIDDEN);
        let (head, query) = match url.split_once('?') {
            Some((head, query)) => (head, Some(query)),
            None => (url, None),
        };
        // A path that was cut off, or a segment that was taken out, shows by a character that no URL holds.
        let url = RequestUrl::parse(head).ok();
        let query = Query::kept(query.unwrap_or_default(), cut_off);
        Self { method: Method::parse(method), url, query }
    }

    /// Its method; `None` is one that is not registered.
    pub const fn method(&self) -> Option<Method> {
        self.method
    }

    /// Its URL without the query, if all of it was kept.
    pub const fn url(&self) -> Option<&RequestUrl> {
        self.url.as_ref()
    }

    /// The parameters of its query.
    pub(super) const fn query(&self) -> &Result<Query, &'static str> {
        &self.query
    }
}

impl KeptVerdict {
    /// What several sets of limits say, each of which has to let a request pass.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refused(by), _) | (_, Self::Refused(by)) => Self::Refused(by),
            (Self::Open(what, by), _) | (_, Self::Open(what, by)) => Self::Open(what, by),
            (Self::Passed(first), Self::Passed(second)) => Self::Passed(second.or(first)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audit::redacted;
    use crate::limits::{Body, CompiledLimits, LimitCaps, LimitSet, RequestFacts};

    fn limits(text: &str) -> CompiledLimits {
        CompiledLimits::compile(LimitSet::parse(text, LimitCaps::default()).unwrap().unwrap()).unwrap()
    }

    fn told(text: &str, method: &str, url: &str) -> KeptVerdict {
        limits(text).would_allow(&KeptRequest::read(method, &redacted(url, "postern")))
    }

    #[test]
    fn what_was_not_kept_is_not_guessed() {
        let url = "https://a.example/x?a=1&token=abc";
        let passed = |line| KeptVerdict::Passed(Some(line));
        let open = |what| KeptVerdict::Open(what, Vec::new());
        let long = format!("{url}&b=2&c={}", "x".repeat(2_100));
        for (text, url, verdict) in [
            ("[get].*/x", url, passed(0)),
            ("[get].*/x[QueryParam::a==1]", url, passed(0)),
            ("[get].*/x[QueryParam::token==abc]", url, open(NotKept::Query)),
            ("[get].*/x[JsonData::a==1]", url, open(NotKept::Body)),
            ("[get].*/x[JsonData::a==1]\n.*[QueryParam::token==abc]", url, open(NotKept::Body)),
            ("[get].*/x[JsonData::a==1]\n[get].*", url, passed(1)),
            ("[get].*/x[QueryParam::c==x+]", &long, open(NotKept::Query)),
            ("[get].*/x[QueryParam::d==x+]", &long, open(NotKept::Query)),
            ("[get].*/x[QueryParam::b==2]", &long, open(NotKept::Query)),
            ("[get].*/y", "https://a.example/postern_pat_x", open(NotKept::Url)),
            (".*[QueryParam::a==1]", "https://a.example/x?postern_pat_x", open(NotKept::Query)),
        ] {
            let told = match told(text, "GET", url) {
                KeptVerdict::Open(what, _) => open(what),
                told => told,
            };
            assert_eq!(told, verdict, "{text} {url}");
        }
        for (text, url) in [
            ("[post].*/x", url),
            ("[get].*/y", url),
            // The body does not matter where something else fails.
            ("[get].*/x[JsonData::a==1][QueryParam::a==2]", url),
            ("[get].*/x[QueryParam::token==abc][QueryParam::a==2]", url),
            ("[get].*/x[QueryParam::b==3]", &long),
            ("[post].*", "https://a.example/postern_pat_x"),
        ] {
            assert!(matches!(told(text, "GET", url), KeptVerdict::Refused(_)), "{text} {url}");
        }
    }

    #[test]
    fn every_set_has_to_let_pass() {
        let refused = || KeptVerdict::Refused(vec![Shortfall::Url]);
        let (passed, open) =
            (KeptVerdict::Passed(Some(1)), KeptVerdict::Open(NotKept::Body, vec![Shortfall::Url]));
        assert_eq!(passed.clone().and(open.clone()), open);
        assert_eq!(open.clone().and(refused()), refused());
        assert_eq!(passed.clone().and(KeptVerdict::Passed(None)), passed);
        assert_eq!(refused().and(passed), refused());
    }

    proptest! {
        #[test]
        fn a_call_that_was_kept_is_never_judged_otherwise_than_when_it_came(
            method in prop_oneof![Just("GET"), Just("POST"), Just("BREW")],
            path in "/[ab]{1}(/[ab0-9]{1,3}|/postern_pat_[ab]{1,2}){0,2}",
            query in "(\\?((a|b|A|a\\[\\])=(1|2|%31|%zz|postern_pat_1|;)|(token|key)=(1|2|%31)|postern_pat_2)(&(a|b|token)=(1|2)){0,2})?",
            body in prop_oneof![Just(""), Just("{\"a\":1}"), Just("{\"a\":2}"), Just("{")],
            lines in proptest::collection::vec(
                "(\\[(get|post|get,post)\\])?\\.\\*(/a|/a/\\.\\*|/b|)(\\[QueryParam::(a|b|token|postern_pat_2)==(1|2|\\.\\*)\\]){0,2}(\\[JsonData::a==(1|2)\\]){0,1}",
                1..4,
            ),
        ) {
            let url = format!("https://x.example{path}{query}");
            let Ok(real) = RequestUrl::parse(&url) else { return Ok(()) };
            let limits = limits(&lines.join("\n"));
            let body = if body.is_empty() { Body::Absent } else { Body::Json(body.as_bytes()) };
            let passed = limits.allows(&RequestFacts { method: Method::parse(method), url: &real, body }).passed();
            match limits.would_allow(&KeptRequest::read(method, &redacted(&url, "postern"))) {
                KeptVerdict::Passed(_) => prop_assert!(passed, "{} {} {:?}", method, url, lines),
                KeptVerdict::Refused(_) => prop_assert!(!passed, "{} {} {:?}", method, url, lines),
                KeptVerdict::Open(..) => {}
            }
        }
    }
}
