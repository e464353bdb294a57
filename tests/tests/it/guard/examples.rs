//! Limits as people write them, and requests that they let pass or not.

/// A request, and whether limits let it pass.
pub(super) struct Example {
    pub(super) limits: &'static [&'static str],
    pub(super) method: &'static str,
    pub(super) target: &'static str,
    /// Empty is none.
    pub(super) body: &'static str,
    pub(super) passes: bool,
}

impl Example {
    /// Whether it takes the body to see that it passes.
    pub(super) fn reads_body(&self) -> bool {
        self.limits.iter().any(|limit| limit.contains("JsonData"))
    }
}

const fn example(
    limits: &'static [&'static str],
    (method, target, body): (&'static str, &'static str, &'static str),
    passes: bool,
) -> Example {
    Example { limits, method, target, body, passes }
}

const JRA: &[&str] = &[".*/rest/api/2/issue/JRA.*"];
const COMMENT: &[&str] = &["[post].*/rest/api/2/issue/KANBAN-100/comment.*"];
const FOUR: &[&str] = &[
    ".*/rest/api/2/issue/SCRUM-[1-2]{1}/comment.*",
    "[get].*/rest/api/2/project.*",
    ".*/rest/extender/1.0/customField/all.*",
    "[delete].*/rest/api/2/project.*",
];
const WORKLOG: &[&str] = &[
    "[get].*/worklog.*[QueryParam::dateFrom==2018-(0[1-9]|1[0-2])-.*][QueryParam::dateTo==2018-(0[1-9]|1[0-2])-.*]",
];
const FILTER: &[&str] = &["[post].*/rest/api/2/filter[JsonData::editable==false]"];
const FILTERS: &[&str] =
    &["[post].*/rest/api/2/filter[JsonData::editable==false][JsonData::favourite==false]"];

pub(super) const EXAMPLES: [Example; 29] = [
    example(JRA, ("GET", "/rest/api/2/issue/JRA-1", ""), true),
    example(JRA, ("DELETE", "/jira/rest/api/2/issue/JRA-1/comment/3", ""), true),
    example(JRA, ("GET", "/rest/api/2/issue/KANBAN-1", ""), false),
    example(COMMENT, ("POST", "/rest/api/2/issue/KANBAN-100/comment", "{\"body\":\"x\"}"), true),
    example(COMMENT, ("GET", "/rest/api/2/issue/KANBAN-100/comment", ""), false),
    example(COMMENT, ("POST", "/rest/api/2/issue/KANBAN-101/comment", "{}"), false),
    example(FOUR, ("GET", "/rest/api/2/issue/SCRUM-1/comment", ""), true),
    example(FOUR, ("PUT", "/rest/api/2/issue/SCRUM-2/comment/7", ""), true),
    example(FOUR, ("GET", "/rest/api/2/issue/SCRUM-3/comment", ""), false),
    example(FOUR, ("GET", "/rest/api/2/project/SCRUM", ""), true),
    example(FOUR, ("DELETE", "/rest/api/2/project/SCRUM", ""), true),
    example(FOUR, ("POST", "/rest/api/2/project", "{}"), false),
    example(FOUR, ("GET", "/rest/extender/1.0/customField/all", ""), true),
    example(FOUR, ("GET", "/rest/extender/1.0/customField/1", ""), false),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-01-01&dateTo=2018-12-31", ""), true),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-01-01&dateTo=2019-01-01", ""), false),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-13-01&dateTo=2018-12-31", ""), false),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-01-01", ""), false),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-01-01&dateTo=2018-12-31&dateTo=2019-01-01", ""), false),
    example(WORKLOG, ("GET", "/worklog?dateFrom=2018-01-01&dateTo=2018-12-31&DATETO=2019-01-01", ""), false),
    example(WORKLOG, ("POST", "/worklog?dateFrom=2018-01-01&dateTo=2018-12-31", "{}"), false),
    example(FILTER, ("POST", "/rest/api/2/filter", "{\"name\":\"x\",\"editable\":false}"), true),
    example(FILTER, ("POST", "/rest/api/2/filter", "{\"editable\":true}"), false),
    example(FILTER, ("POST", "/rest/api/2/filter", "{\"editable\":false,\"editable\":true}"), false),
    example(FILTER, ("POST", "/rest/api/2/filter", "{\"name\":\"x\"}"), false),
    example(FILTER, ("POST", "/rest/api/2/filter", ""), false),
    example(FILTERS, ("POST", "/rest/api/2/filter", "{\"editable\":false,\"favourite\":false}"), true),
    example(FILTERS, ("POST", "/rest/api/2/filter", "{\"editable\":false,\"favourite\":true}"), false),
    example(FILTERS, ("POST", "/rest/api/2/filter", "{\"editable\":false}"), false),
];

/// Targets that programs read in different ways: none passes.
pub(super) const UNCLEAR: [&str; 25] = [
    "/a/../b",
    "/a/./b",
    "/..",
    "/a/..",
    "//a",
    "/a//b",
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a\\b",
    "/a;b",
    "/a%3bb",
    "/a/..;/b",
    "/a%00b",
    "/%2e%2e/b",
    "/a%2eb",
    "/a%c0%af",
    "/a%zz",
    "/a%",
    "/a%252fb",
    "/a%20",
    "/a%20b",
    "/%20a",
    "/a%0d%0ab",
    "/a?b#c",
];

/// Targets that pass a token without limits, and arrive as they are.
pub(super) const CLEAR: [&str; 6] =
    ["/", "/a/", "/~a/b-c_d.e/", "/a:b@c!$&'()*+,=", "/%C3%A9", "/a?b=%2F..%2F&c[]=//;"];
