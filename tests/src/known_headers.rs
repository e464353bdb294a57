use reqwest::header::HeaderMap;

/// Every header an answer of the server may carry. One that is not here was added without thought, or by a dependency.
const KNOWN: [&str; 49] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "cache-control",
    "clear-site-data",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "last-modified",
    "location",
    "origin-agent-cluster",
    "permissions-policy",
    "pragma",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "www-authenticate",
    "x-auth-actor",
    "x-auth-client-id",
    "x-auth-identity-token",
    "x-auth-organization",
    "x-auth-scopes",
    "x-auth-subject",
    "x-auth-subject-type",
    "x-auth-token-id",
    "x-content-type-options",
    "x-frame-options",
    "x-permitted-cross-domain-policies",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
    "x-robots-tag",
];

/// Fails on a header that is not known, and on a known one that is sent twice where once is the rule.
pub(crate) fn check(of: &str, headers: &HeaderMap) {
    for name in headers.keys() {
        assert!(KNOWN.contains(&name.as_str()), "{of} answers with the unknown header {name}");
        let times = headers.get_all(name).iter().count();
        let repeats = ["set-cookie", "vary", "www-authenticate"].contains(&name.as_str());
        assert!(times == 1 || repeats, "{of} answers {name} {times} times");
    }
}
