use proptest::prelude::*;

use super::*;
use crate::limits::{
    Body, CompiledLimits, KeptRequest, KeptVerdict, LimitCaps, Method, RequestFacts, RequestUrl,
};

fn seen(method: &str, url: &str) -> Seen {
    Seen { request: KeptRequest::read(method, url), times: 1 }
}

fn text(proposal: &Proposal) -> String {
    proposal.limits().map(|set| set.to_string()).unwrap_or_default()
}

fn proposed(requests: &[(&str, &str)]) -> String {
    let seen: Vec<Seen> =
        requests.iter().map(|(method, path)| seen(method, &format!("https://a.example{path}"))).collect();
    let proposal = propose(&seen, LimitCaps::default(), false).unwrap();
    assert!(proposal.left_out.is_empty() && !proposal.is_widened);
    text(&proposal).replace(r"https://a\.example", "")
}

#[test]
fn what_was_seen_and_no_more() {
    for (requests, limits) in [
        (&[("GET", "/")][..], "[get]/"),
        (&[("GET", "/projects"), ("POST", "/projects")], "[get,post]/projects"),
        (&[("GET", "/projects/1"), ("DELETE", "/projects/1")], "[delete,get]/projects/1"),
        (&[("GET", "/projects/1"), ("GET", "/projects/22")], "[get]/projects/[0-9]+"),
        (
            &[("GET", "/rest/api/2/issue/JRA-1"), ("GET", "/rest/api/2/issue/JRA-20")],
            "[get]/rest/api/2/issue/JRA-[0-9]+",
        ),
        (&[("GET", "/i/JRA-1"), ("GET", "/i/KAN-1")], "[get]/i/(JRA|KAN)-[0-9]+"),
        (
            &[("GET", "/p/1/tasks"), ("GET", "/p/2/files"), ("GET", "/p/me")],
            "[get]/p/[0-9]+/files\n[get]/p/[0-9]+/tasks\n[get]/p/me",
        ),
        (&[("GET", "/a.b/c(d)"), ("GET", "/v1/x")], "[get]/a\\.b/c\\(d\\)\n[get]/v1/x"),
        (
            &[("GET", "/u/user_01J3Z9"), ("GET", "/u/user_01J3ZA"), ("GET", "/u/team_01J3ZA")],
            "[get]/u/team_01J3ZA\n[get]/u/user_[0-9A-Za-z]+",
        ),
        (
            &[
                ("GET", "/d/01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
                ("GET", "/d/01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d4"),
            ],
            "[get]/d/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ),
    ] {
        assert_eq!(proposed(requests), limits);
    }
}

#[test]
fn many_slugs_become_a_class_and_names_of_the_api_do_not() {
    let slugs: Vec<String> = (0..8).map(|at| format!("/pages/page-{at}-x")).collect();
    let words: Vec<String> = (b'a'..=b'z').map(|at| format!("/tags/tag{}/posts", char::from(at))).collect();
    let parts: Vec<String> = (b'a'..=b'k').map(|at| format!("/api/part{}", char::from(at))).collect();
    let all = [slugs, words, parts].concat();
    let requests: Vec<(&str, &str)> = all.iter().map(|path| ("GET", path.as_str())).collect();
    let text = proposed(&requests);
    assert!(text.contains("[get]/pages/[0-9a-z\\-]+\n"), "{text}");
    assert!(text.contains("[get]/tags/[a-z]+/posts"), "{text}");
    assert!(text.contains("[get]/api/parta\n"), "{text}");
    assert_eq!(text.lines().count(), 2 + 11);
}

#[test]
fn queries_that_were_always_alike_are_offered() {
    let url = |query: &str| format!("https://a.example/worklog?{query}");
    let requests: Vec<Seen> = [
        "year=2018&page=1&token=…",
        "year=2019&page=2&token=…",
        "year=2018&page=3&token=…",
        "year=2018&page=4&token=…&x[]=1",
    ]
    .iter()
    .map(|query| seen("GET", &url(query)))
    .collect();
    let line = "[get]https://a\\.example/worklog";
    let plain = propose(&requests, LimitCaps::default(), false).unwrap();
    assert_eq!(text(&plain), line);
    let [of_line] = plain.lines.as_slice() else { panic!("one line") };
    let offered: Vec<String> = of_line.filters.iter().map(ToString::to_string).collect();
    assert_eq!(offered, ["[QueryParam::year==(2018|2019)]"]);
    let filtered = propose(&requests, LimitCaps::default(), true).unwrap();
    assert_eq!(text(&filtered), format!("{line}[QueryParam::year==(2018|2019)]"));
    assert_eq!(filtered.lines[0].covers, [0, 1, 2, 3]);
}

#[test]
fn what_can_not_be_named_is_left_out() {
    let cut = format!("https://a.example/{}…", "x".repeat(2_040));
    let requests = [
        seen("BREW", "https://a.example/"),
        seen("GET", "https://a.example/…/x"),
        seen("GET", &cut),
        seen("GET", ""),
    ];
    let proposal = propose(&requests, LimitCaps::default(), true).unwrap();
    assert_eq!((proposal.lines.len(), proposal.left_out), (0, vec![0, 1, 2, 3]));
    let proposal = propose(&[], LimitCaps::default(), true).unwrap();
    assert!(proposal.limits().is_none());
}

#[test]
fn what_does_not_fit_becomes_wider_and_says_so() {
    let words = |count: u32| (0..count).map(|at| format!("x{}y", at.wrapping_mul(2_654_435_761) % 1_000_003));
    // Of few hosts, with many paths that nothing is common to.
    let mut requests: Vec<Seen> = Vec::new();
    for host in ["a", "b"] {
        for word in words(7) {
            requests
                .extend(words(7).map(|other| seen("GET", &format!("https://{host}.example/{word}/{other}"))));
        }
        requests.push(seen("PUT", &format!("https://{host}.example/me")));
    }
    for (lines, bytes) in [(50, 9_000), (20, 9_000), (4, 9_000), (2, 9_000), (100, 600), (100, 120)] {
        let proposal = propose(&requests, LimitCaps { lines, bytes }, false).unwrap();
        let set = proposal.limits().unwrap();
        assert!(proposal.is_widened);
        assert!(set.lines().len() <= lines && set.to_string().len() <= bytes, "{set}");
        let compiled = CompiledLimits::compile(set).unwrap();
        let passes = |seen: &Seen| matches!(compiled.would_allow(&seen.request), KeptVerdict::Passed(_));
        assert!(requests.iter().all(passes));
        assert!(!passes(&seen("GET", "https://c.example/me")));
        assert!(!passes(&seen("POST", "https://a.example/me")));
    }
    assert!(propose(&requests, LimitCaps { lines: 1, bytes: 9_000 }, false).is_none());
    assert!(propose(&requests, LimitCaps { lines: 9, bytes: 20 }, false).is_none());
}

#[test]
fn many_requests_take_no_time() {
    let requests: Vec<Seen> = (0_u64..10_000)
        .map(|at| {
            let (a, b) = (at.wrapping_mul(6_364_136_223_846_793_005) >> 40, at % 97);
            seen(
                ["GET", "POST", "PUT"][(at % 3) as usize],
                &format!("https://a.example/w{b}x/q{a}z/{at}?a={a}"),
            )
        })
        .collect();
    let proposal = propose(&requests, LimitCaps::default(), true).unwrap();
    assert!(proposal.lines.iter().map(|line| line.covers.len()).sum::<usize>() == requests.len());
}

#[test]
fn calls_of_one_shape_are_shown_as_one() {
    let urls = ["https://a.example/rest/api/2/issue/JRA-1", "https://a.example/rest/api/2/issue/KAN-9"]
        .map(|url| RequestUrl::parse(url).unwrap());
    let [first, second] = &urls;
    assert_eq!(shape_key(first), shape_key(second));
    assert_eq!(shape_key(first), "https://a.example/rest/api/{number}/issue/{key}");
    assert_eq!(shape(&[first, second]), "https://a.example/rest/api/2/issue/{key}");
    assert_eq!(shape(&[first]), first.as_str());
    assert_eq!(shape(&[]), "");
}

/// A request of what APIs have, and some that they don't.
fn request() -> impl Strategy<Value = (String, String)> {
    let segment = prop_oneof![
        "[0-9]{1,4}",
        "[a-c]{1,2}",
        "[A-C]{1,2}-[0-9]{1,2}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "usr_[0-9A-Za-z]{6,8}",
        "[0-9a-f]{7,9}",
        "[a-c0-2_.~!$&'()*+,=:@-]{1,4}".prop_filter("a dot", |text| text != "." && text != ".."),
        "(%C3%A9|%5B|%5D|%7B){1,2}",
        Just(String::new()),
    ];
    let query = prop_oneof![
        Just(String::new()),
        "\\?[a-b]{1}=[a-c0-9%+.\\]\\[(|]{0,3}(&[a-c]{1}(\\[\\])?=[a-b]{0,2}){0,2}",
        "\\?token=…(&a=1)?",
    ];
    let method = prop_oneof![Just("GET"), Just("post"), Just("DELETE"), Just("BREW")];
    let host = prop_oneof![Just("https://a.example"), Just("http://b-c.example:8080"), Just("https://[::1]")];
    (method, host, proptest::collection::vec(segment, 1..4), query).prop_map(
        |(method, host, segments, query)| {
            let path = segments.join("/").replace("//", "/");
            (method.to_owned(), format!("{host}/{}{query}", path.trim_start_matches('/')))
        },
    )
}

proptest! {
    #[test]
    fn everything_that_was_seen_passes(
        requests in proptest::collection::vec(request(), 0..40),
        lines in 3_usize..60,
        filters: bool,
    ) {
        let all: Vec<Seen> = requests.iter().map(|(method, url)| seen(method, url)).collect();
        let caps = LimitCaps { lines, ..LimitCaps::default() };
        let proposal = propose(&all, caps, filters).unwrap();
        for at in &proposal.left_out {
            let kept = &all[*at].request;
            prop_assert!(kept.method().is_none() || kept.url().is_none());
        }
        let covered: usize = proposal.lines.iter().map(|line| line.covers.len()).sum();
        prop_assert_eq!(covered + proposal.left_out.len(), all.len());
        let Some(set) = proposal.limits() else { return Ok(()) };
        prop_assert!(set.lines().len() <= lines);
        let again = crate::limits::LimitSet::parse(&set.to_string(), caps);
        prop_assert_eq!(again.as_ref(), Ok(&Some(set.clone())));
        let compiled = CompiledLimits::compile(set).unwrap();
        for (at, (method, url)) in requests.iter().enumerate() {
            if proposal.left_out.contains(&at) {
                continue;
            }
            let verdict = compiled.would_allow(&all[at].request);
            prop_assert!(matches!(verdict, KeptVerdict::Passed(Some(_))), "{} {} {:?}", method, url, verdict);
            // As it was when it came.
            if let Ok(real) = RequestUrl::parse(&url.replace('…', "secret")) {
                let facts = RequestFacts { method: Method::parse(method), url: &real, body: Body::Absent };
                prop_assert!(compiled.allows(&facts).passed(), "{} {}", method, url);
            }
        }
        // Neither another method nor another host.
        for (method, url) in &requests {
            let Ok(url) = RequestUrl::parse(url.split('?').next().unwrap()) else { continue };
            let judge = |method: &str, url: &RequestUrl| {
                compiled.allows(&RequestFacts { method: Method::parse(method), url, body: Body::Absent }).passed()
            };
            prop_assert!(!judge("PUT", &url) && !judge("BREW", &url));
            for other in ["https://b.example", "http://a.example", "https://a.example:1", "https://a-example"] {
                let elsewhere = RequestUrl::parse(&format!("{other}{}", url.path())).unwrap();
                prop_assert!(!judge(method, &elsewhere));
            }
        }
    }

    #[test]
    fn the_order_does_not_matter(
        requests in proptest::collection::vec(request(), 0..30),
        lines in 3_usize..20,
    ) {
        let mut all: Vec<Seen> = requests.iter().map(|(method, url)| seen(method, url)).collect();
        let caps = LimitCaps { lines, ..LimitCaps::default() };
        let one = propose(&all, caps, true).unwrap();
        all.reverse();
        prop_assert_eq!(text(&one), text(&propose(&all, caps, true).unwrap()));
    }
}
