//! The paths of the machines' endpoints: what is served there and what discovery says are the same.

/// RFC 6749 section 3.2.
pub const TOKEN: &str = "/v1/oauth2/token";
/// OIDC Core section 5.3.
pub const USERINFO: &str = "/v1/oauth2/userinfo";
/// RFC 7009.
pub const REVOKE: &str = "/v1/oauth2/revoke";
/// RFC 9126 section 2.
pub const PAR: &str = "/v1/oauth2/par";
/// RFC 7662.
pub const INTROSPECT: &str = "/v1/oauth2/introspect";
/// RFC 7591 section 3.
pub const REGISTER: &str = "/v1/oauth2/register";
/// OIDC RP-Initiated Logout section 2.
pub const LOGOUT: &str = "/v1/oauth2/logout";
/// OIDC Session Management section 3.3.
pub const CHECK_SESSION: &str = "/v1/oauth2/check-session";
/// RFC 7517 section 5.
pub const JWKS: &str = "/.well-known/jwks.json";
/// OIDC Discovery section 4.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414 section 3.
pub const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
/// RFC 9728 section 3.
pub const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
