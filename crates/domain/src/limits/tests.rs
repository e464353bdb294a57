use proptest::prelude::*;

use super::*;

fn limits(text: &str) -> CompiledLimits {
    let set =
        LimitSet::parse(text, LimitCaps::default()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    CompiledLimits::compile(set.expect("at least one line")).unwrap()
}

fn verdict(text: &str, method: &str, url: &str, body: Body<'_>) -> LimitVerdict {
    let url = RequestUrl::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    limits(text).allows(&RequestFacts { method: Method::parse(method), url: &url, body })
}

fn passes(text: &str, method: &str, url: &str) -> bool {
    verdict(text, method, url, Body::Absent).passed()
}

fn passes_with(text: &str, url: &str, body: &str) -> bool {
    verdict(text, "POST", url, Body::Json(body.as_bytes())).passed()
}

const JIRA: &str = "https://jira.example.com/rest/api/2";

#[test]
fn the_examples_work_as_written() {
    let worklog = "[get].*/worklog.*[QueryParam::dateFrom==2018-(0[1-9]|1[0-2])-.*][QueryParam::dateTo==2018-(0[1-9]|1[0-2])-.*]";
    let four = ".*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*\n[get].*/rest/api/2/project.*\n\
                .*/rest/extender/1.0/customField/all.*\n[delete].*/rest/api/2/project.*";
    for (limits, method, path, passed) in [
        (".*/rest/api/2/issue/JRA.*", "GET", "/issue/JRA-9", true),
        (".*/rest/api/2/issue/JRA.*", "DELETE", "/issue/JRA", true),
        (".*/rest/api/2/issue/JRA.*", "GET", "/issue/KANBAN-1", false),
        ("[post].*/rest/api/2/issue/KANBAN-100/comment.*", "POST", "/issue/KANBAN-100/comment", true),
        ("[post].*/rest/api/2/issue/KANBAN-100/comment.*", "GET", "/issue/KANBAN-100/comment", false),
        ("[post].*/rest/api/2/issue/KANBAN-100/comment.*", "POST", "/issue/KANBAN-1000/comment", false),
        (".*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*", "PUT", "/issue/SCRUM-2/comment/7", true),
        (".*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*", "PUT", "/issue/SCRUM-3/comment/7", false),
        (".*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*", "PUT", "/issue/SCRUM-12/comment/7", false),
        ("[get].*/rest/api/2/project.*", "GET", "/project?expand=x", true),
        ("[get].*/rest/api/2/project.*", "POST", "/project", false),
        (four, "POST", "/issue/SCRUM-1/comment", true),
        (four, "DELETE", "/project/X", true),
        (four, "GET", "/project/X", true),
        (four, "PUT", "/project/X", false),
        (worklog, "GET", "/worklog/list?dateFrom=2018-01-01&dateTo=2018-12-31", true),
        (worklog, "GET", "/worklog/list?dateFrom=2017-12-31&dateTo=2018-12-31", false),
        (worklog, "GET", "/worklog/list?dateFrom=2018-13-01&dateTo=2018-12-31", false),
        (worklog, "GET", "/worklog/list?dateFrom=2018-01-01", false),
        (worklog, "GET", "/worklog/list?dateFrom=2018-01-01&dateTo=2018-12-31&dateTo=2019-01-01", false),
    ] {
        assert_eq!(passes(limits, method, &format!("{JIRA}{path}")), passed, "{limits} {method} {path}");
    }
    assert!(passes(four, "GET", "https://jira.example.com/rest/extender/1.0/customField/all"));
    let filter = "[post].*/rest/api/2/filter[JsonData::editable==false]";
    let both = "[post].*/rest/api/2/filter[JsonData::editable==false][JsonData::favourite==false]";
    for (limits, body, passed) in [
        (filter, r#"{"name":"x","editable":false}"#, true),
        (filter, r#"{"name":"x","editable":true}"#, false),
        (filter, r#"{"name":"x"}"#, false),
        (both, r#"{"editable":false,"favourite":false}"#, true),
        (both, r#"{"editable":false,"favourite":true}"#, false),
        (both, r#"{"editable":false}"#, false),
    ] {
        assert_eq!(passes_with(limits, &format!("{JIRA}/filter"), body), passed, "{limits} {body}");
    }
}

#[test]
fn the_whole_value_is_matched() {
    for (limits, url, passed) in [
        ("https://a.example/x", "https://a.example/x", true),
        ("https://a.example/x", "https://a.example/xy", false),
        ("a.example/x", "https://a.example/x", false),
        ("https://a.example/x|https://a.example/y", "https://a.example/y", true),
        ("https://a.example/x|.*/y", "https://a.example/x/z", false),
        ("(?i)HTTPS://A\\.EXAMPLE/X", "https://a.example/x", true),
        (".*/x$", "https://a.example/x", true),
        ("(?m).*/x$", "https://a.example/x", true),
        ("https://a.example/[[:digit:]]+", "https://a.example/12", true),
        ("https://a.example/[a[0-3]]", "https://a.example/2", true),
        ("https://a.example/[]a]", "https://a.example/a", true),
        (".*[QueryParam::q==[^]]+]", "https://a.example/?q=a", true),
        (".*[QueryParam::q==a\\]b]", "https://a.example/?q=a]b", true),
        (".*[QueryParam::q==a|b]", "https://a.example/?q=ab", false),
        (".*[QueryParam::q==]", "https://a.example/?q=", true),
        (".*[QueryParam::q==]", "https://a.example/?q", true),
        (".*[QueryParam::q==]", "https://a.example/", false),
        (".*[QueryParam::q==é .*]", "https://a.example/?q=%C3%A9+x", true),
        (".*[QueryParam::q==.*]", "https://a.example/?q=a%0Ab", false),
        (".*[QueryParam::q==(?s).*]", "https://a.example/?q=a%0Ab", true),
    ] {
        assert_eq!(passes(limits, "GET", url), passed, "{limits} {url}");
    }
}

#[test]
fn a_parameter_has_one_meaning_or_none() {
    let limit = ".*[QueryParam::dateFrom==2018.*]";
    for (query, passed) in [
        ("dateFrom=2018", true),
        ("date%46rom=2018", true),
        ("dateFrom=2018&dateFrom=2018-02", true),
        ("dateFrom=2018&x=1;y", false),
        ("dateFrom=2018;dateFrom=2019", false),
        ("dateFrom=2018&dateFrom=2019", false),
        ("dateFrom=2018&dateFrom", false),
        ("dateFrom=2018&datefrom=2019", false),
        ("dateFrom=2018&dateFrom[]=2019", false),
        ("dateFrom=2018&dateFrom%5B0%5D=2019", false),
        ("dateFrom=2018&+dateFrom=2019", false),
        ("DATEFROM=2018", false),
        ("dateFrom=2018&x=%", false),
        ("dateFrom=2018&x=%ff", false),
        ("dateFrom=2018&x=%00", false),
        ("", false),
    ] {
        assert_eq!(passes(limit, "GET", &format!("https://a.example/?{query}")), passed, "{query}");
    }
}

#[test]
fn nodes_of_a_body() {
    for (condition, body, passed) in [
        ("fields.project.key==JRA", r#"{"fields":{"project":{"key":"JRA"}}}"#, true),
        ("fields.project.key==JRA", r#"{"fields":{"project":"JRA"}}"#, false),
        ("fields.project.key==JRA", r#"{"fields":[{"project":{"key":"JRA"}}]}"#, false),
        ("fields.project.key==JRA", r#"{"fields":{"project":{"key":"JRA"}},"fields":{}}"#, false),
        ("fields.project.key==JRA", r#"{"fields":{"project":{"key":"JRA","KEY":"X"}}}"#, false),
        ("items[*].id==[0-9]+", r#"{"items":[{"id":1},{"id":2}]}"#, true),
        ("items[*].id==[0-9]+", r#"{"items":[{"id":1},{"id":"x"}]}"#, false),
        ("items[*].id==[0-9]+", r#"{"items":[{"id":1},{}]}"#, false),
        ("items[*].id==[0-9]+", r#"{"items":[]}"#, false),
        ("[*].id==1", r#"[{"id":1}]"#, true),
        ("[*][*]==1", "[[1,1],[1]]", true),
        ("n==100", r#"{"n":100}"#, true),
        ("n==100", r#"{"n":"100"}"#, true),
        ("n==100", r#"{"n":1e2}"#, false),
        ("n==null", r#"{"n":null}"#, true),
        ("n==.*", r#"{"n":{}}"#, false),
        ("n==.*", r#"{"n":[]}"#, false),
        (r"a\.b==1", r#"{"a.b":1}"#, true),
        (r"a\=\=b==1", r#"{"a==b":1}"#, true),
        ("a==1", "", false),
        ("a==1", "a=1", false),
        ("a==1", "\u{feff}{\"a\":1}", false),
    ] {
        let limit = format!(".*[JsonData::{condition}]");
        assert_eq!(passes_with(&limit, "https://a.example/", body), passed, "{condition} {body}");
    }
    assert!(
        !verdict(".*[JsonData::a==1]", "POST", "https://a.example/", Body::Unreadable("it is too large"))
            .passed()
    );
}

#[test]
fn urls_have_one_form() {
    for (url, normal) in [
        ("HTTPS://A.Example:443/X", "https://a.example/X"),
        ("http://a.example:80", "http://a.example/"),
        ("http://a.example:8080/?a=1", "http://a.example:8080/"),
        ("https://a.example/%41%7e%2d", "https://a.example/A~-"),
        ("https://a.example/%c3%a9%3a", "https://a.example/%C3%A9%3A"),
        ("https://[0:0::1]:443/", "https://[::1]/"),
        ("wss://a.example/", "https://a.example/"),
    ] {
        assert_eq!(RequestUrl::parse(url).map(|url| url.to_string()), Ok(normal.to_owned()), "{url}");
    }
    for url in [
        "a.example/",
        "ftp://a.example/",
        "https:///x",
        "https://a.example./",
        "https://u@a.example/",
        "https://a..b/",
        "https://a.example:0443/",
        "https://a.example:/",
        "https://a.example:x/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://é.example/",
        "https://a.example/é",
        "https://a.example//",
        "https://a.example/./x",
        "https://a.example/..",
        "https://a.example/a/../b",
        "https://a.example/%2e%2e/",
        "https://a.example/%2E",
        "https://a.example/a%2fb",
        "https://a.example/a%5cb",
        "https://a.example/a\\b",
        "https://a.example/a;b=1",
        "https://a.example/a%3bb",
        "https://a.example/a%25b",
        "https://a.example/a%20b",
        "https://a.example/%20b",
        "https://a.example/a b",
        "https://a.example/%00",
        "https://a.example/%3f",
        "https://a.example/%23",
        "https://a.example/#x",
        "https://a.example/?a#x",
        "https://a.example/?é",
        "https://a.example/?a b",
        "https://a.example/%",
        "https://a.example/%4",
        "https://a.example/%zz",
        "https://a.example/%ff",
        "https://a.example/%c0%af",
        "https://a.example/\u{7f}",
        "https://a.example/<",
        "https://a.example/%0d%0a",
    ] {
        assert!(RequestUrl::parse(url).is_err(), "{url}");
    }
    assert!(RequestUrl::new("https", "a.example", &format!("/{}", "a".repeat(9_000))).is_err());
    assert!(RequestUrl::new("https", "a.example", "*").is_err());
    assert!(RequestUrl::new("https", "a.example", "https://b.example/").is_err());
}

#[test]
fn mistakes_are_pointed_at() {
    for (line, column, words) in [
        ("[get", 1, "is missing"),
        ("[]x", 2, "a method is missing"),
        ("[get,]x", 6, "a method is missing"),
        ("[gett]x", 2, "is no HTTP method"),
        ("[0-9]+/x", 2, "is no HTTP method"),
        ("[get]", 6, "the URL is missing"),
        ("[get][QueryParam::a==1]", 6, "the URL is missing"),
        (".*(x", 3, "unclosed group"),
        (".*[a-", 3, "unclosed"),
        ("é*(?=x)", 3, "look-around"),
        (r".*\1", 3, "backreferences"),
        ("a)|(b", 2, "unopened group"),
        ("(?x)a # b", 1, "comment"),
        (".*[QueryParam::]", 16, "== between"),
        (".*[QueryParam::==x]", 16, "name of the parameter"),
        (".*[queryparam::a==1]", 4, "QueryParam::"),
        (".*[QueryParam::a==1", 3, "is missing"),
        (".*[QueryParam::a==(]", 19, "unclosed group"),
        (".*[QueryParam::a==1]x", 21, "can follow a condition"),
        (".*[JsonData::a..b==1]", 16, "name is missing"),
        (".*[JsonData::a[0]==1]", 15, "only [*]"),
        (".*[JsonData::a.==1]", 16, "name of a field"),
        (".*[JsonData::==1]", 14, "name of a field"),
        (".*[QueryParam::a==1][Other::b==1]", 22, "QueryParam:: or JsonData::"),
        ("a\tb", 2, "control character"),
    ] {
        let error = LimitLine::parse(line).expect_err(line);
        assert!(error.message.contains(words), "{line}: {error}");
        assert_eq!(error.column, column, "{line}: {error}");
    }
    let text = "  .*\n\n\n .*(\n[x].*\n";
    let errors = LimitSet::parse(text, LimitCaps::default()).unwrap_err();
    assert_eq!(errors.iter().map(|error| (error.line, error.column)).collect::<Vec<_>>(), [(4, 4), (5, 2)]);
}

#[test]
fn what_could_become_slow_or_large_is_refused() {
    for line in [
        "(a{1,100}){1,100}",
        "((a{50}){50}){50}",
        "(.*){1000}",
        "(?:[ab]*)a[ab]{1000}",
        "(?:.*)a[ab]{100}",
        "(\\w{100}){10}",
        "(?:x+x+){500}y",
    ] {
        assert!(LimitLine::parse(line).is_err(), "{line}");
    }
    assert!(LimitLine::parse(&"a".repeat(10_000)).is_err());
    assert!(LimitLine::parse(&"a?".repeat(1_000)).is_err());
    assert!(LimitLine::parse(&"(".repeat(2_000)).is_err());
    for line in [
        "(a+)+b",
        "(a|a)*b",
        "(.*)*x",
        ".*.*.*.*.*.*x",
        "(?:\\w+\\s?)*x",
        "(?:.*)a[ab]{98}",
        ".*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ] {
        assert!(LimitLine::parse(line).is_ok(), "{line}");
    }
    let caps = LimitCaps { lines: 2, bytes: 100 };
    assert!(LimitSet::parse("a\nb", caps).is_ok() && LimitSet::parse("a\nb\nc", caps).is_err());
    assert!(LimitSet::parse(&"a".repeat(101), caps).is_err());
    assert!(LimitSet::parse(&".*a[ab]{98}\n".repeat(100), LimitCaps::default()).is_err());
    assert!(LimitLine::parse(&format!("(?i).*{}", "jira".repeat(100))).is_ok());
}

#[test]
fn a_refusal_says_how_far_each_line_got() {
    let text = "[get].*\n[post].*/a\n[post].*/b[QueryParam::q==1]\n[post].*/b[JsonData::n==1]";
    let refused = verdict(text, "POST", "https://a.example/b?q=2", Body::Json(b"{}"));
    let set = LimitSet::parse(text, LimitCaps::default()).unwrap().unwrap();
    let LimitVerdict::Refused(shortfalls) = refused else { panic!("{refused:?}") };
    let words: Vec<String> = set
        .lines()
        .iter()
        .zip(shortfalls)
        .map(|(line, shortfall)| shortfall.describe(line, Method::parse("POST")).to_string())
        .collect();
    assert_eq!(
        words,
        [
            "its methods don't include POST",
            "its URL does not match",
            "method and URL match, but the parameter “q” does not match",
            "method and URL match, but “n” of the JSON body is not there",
        ]
    );
    assert_eq!(verdict(text, "post", "https://a.example/b?q=1", Body::Absent), LimitVerdict::Passed(Some(2)));
    assert!(!verdict("[get].*", "BREW", "https://a.example/", Body::Absent).passed());
}

fn line() -> impl Strategy<Value = String> {
    let methods = prop_oneof![Just(""), Just("[get]"), Just("[get,post]")];
    let url = "(\\.\\*)?/[a-z]{1,4}(\\[a-z\\]\\+)?(\\[\\^\\]x\\])?(\\\\\\[)?";
    let condition = prop_oneof![
        "\\[QueryParam::[a-zA-Zé\\[\\] .]{1,6}==[a-z0-9.*|]{0,6}(\\[0-9\\])?(\\\\\\])?\\]",
        "\\[JsonData::[a-z]{1,4}(\\[\\*\\])?(\\.[a-z]{1,3})?(\\\\=)?==[a-z0-9.*|]{0,6}\\]",
    ]
    .prop_filter("an expression", |condition| !condition.contains("**"));
    (methods, url, proptest::collection::vec(condition, 0..3))
        .prop_map(|(methods, url, conditions)| format!("{methods}{url}{}", conditions.concat()))
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(text in line()) {
        if let Ok(line) = LimitLine::parse(&text) {
            prop_assert_eq!(line.to_string(), text);
        }
    }

    #[test]
    fn what_is_kept_is_read_back(lines in proptest::collection::vec(line(), 1..5)) {
        if let Ok(Some(set)) = LimitSet::parse(&lines.join("\n"), LimitCaps::default()) {
            let json = serde_json::to_string(&set).unwrap();
            prop_assert_eq!(serde_json::from_str::<LimitSet>(&json).unwrap(), set);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]a-z:=.*\\\\{}()|^é\\n-]{0,40}") {
        let _ = LimitSet::parse(&text, LimitCaps::default());
        let _ = RequestUrl::parse(&format!("https://a.example/{text}"));
    }

    #[test]
    fn more_lines_never_refuse_more(a in line(), b in line(), path in "/[a-c]{1,3}(\\?[a-c]=[0-9])?") {
        let set = |text: &str| LimitSet::parse(text, LimitCaps::default()).ok().flatten();
        if let (Some(one), Some(two)) = (set(&a), set(&format!("{a}\n{b}"))) {
            let url = RequestUrl::parse(&format!("https://a.example{path}")).unwrap();
            let request = RequestFacts { method: Method::parse("GET"), url: &url, body: Body::Absent };
            let allows = |set| CompiledLimits::compile(set).unwrap().allows(&request).passed();
            prop_assert!(!allows(one) || allows(two));
        }
    }

    #[test]
    fn a_normal_form_is_its_own(path in "(/[a-zA-Z0-9%~:@é-]{1,5}){1,3}") {
        if let Ok(url) = RequestUrl::parse(&format!("https://a.example{path}")) {
            prop_assert_eq!(RequestUrl::parse(url.as_str()).unwrap().to_string(), url.to_string());
        }
    }
}
