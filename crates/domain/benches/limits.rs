#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark")]
//! What it costs to judge a request by the limits of its token.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use postern_domain::limits::{Body, CompiledLimits, LimitCaps, LimitSet, Method, RequestFacts, RequestUrl};

const USUAL: &str = "[get].*/rest/api/2/project.*\n.*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*\n\
                     [get].*/worklog.*[QueryParam::dateFrom==2018-(0[1-9]|1[0-2])-.*]";

fn compiled(text: &str) -> CompiledLimits {
    let set = LimitSet::parse(text, LimitCaps { lines: 1_000, bytes: 1 << 20 }).expect("limits");
    CompiledLimits::compile(set.expect("a line")).expect("expressions")
}

fn lines(count: usize) -> String {
    let line = |number| format!("[get].*/rest/api/2/project/P{number}/issue/[0-9]+.*\n");
    (0..count).map(line).collect()
}

fn judge(
    criterion: &mut Criterion,
    name: &str,
    limits: &CompiledLimits,
    urls: &[RequestUrl],
    body: Body<'_>,
) {
    let mut next = 0;
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            next = (next + 1) % urls.len();
            let request = RequestFacts { method: Method::parse("GET"), url: &urls[next], body };
            black_box(limits.allows(black_box(&request)))
        });
    });
}

fn limits(criterion: &mut Criterion) {
    let urls = |path: &str| -> Vec<RequestUrl> {
        let url =
            |n: u32| format!("https://jira.example.com/rest/api/2/{}", path.replace('#', &n.to_string()));
        (0..500).map(|n| RequestUrl::parse(&url(n)).expect("a URL")).collect()
    };
    judge(criterion, "usual, passed", &compiled(USUAL), &urls("project/P#"), Body::Absent);
    judge(criterion, "usual, refused", &compiled(USUAL), &urls("user/#"), Body::Absent);
    let query = urls("worklog/#?user=ada&dateFrom=2018-02-01");
    judge(criterion, "usual, by a parameter", &compiled(USUAL), &query, Body::Absent);
    let node = compiled("[get].*/filter.*[JsonData::fields.editable==false]");
    let body =
        Body::Json(br#"{"name":"mine","fields":{"editable":false,"favourite":true},"columns":[1,2,3]}"#);
    judge(criterion, "usual, by a node", &node, &urls("filter/#"), body);
    for count in [10, 100, 1_000] {
        let limits = compiled(&lines(count));
        judge(
            criterion,
            &format!("{count} lines, passed"),
            &limits,
            &urls("project/P#/issue/12"),
            Body::Absent,
        );
        judge(criterion, &format!("{count} lines, refused"), &limits, &urls("user/#"), Body::Absent);
    }
    let limits = lines(1_000);
    criterion
        .bench_function("1000 lines, made ready", |bencher| bencher.iter(|| compiled(black_box(&limits))));
    // The slowest that may be saved, on the longest that is read.
    let mut state = 1_u32;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if state & 1 == 0 { 'a' } else { 'b' }
    };
    let long: String = (0..8_000).map(|_| letter()).collect();
    let long = [RequestUrl::parse(&format!("https://a.example/{long}")).expect("a URL")];
    for slow in [".*a[ab]{98}", "(?:.*a){49}.*x", "(?:a?b?){40}.*", ".*(?:a[ab]{48}|b[ab]{48})"] {
        judge(criterion, slow, &compiled(slow), &long, Body::Absent);
    }
}

criterion_group!(benches, limits);
criterion_main!(benches);
