use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::Params;
use postern_flows::{App, bearer};

use super::Problem;

/// A credential as it was sent, before anybody knows whether it is good.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credential {
    /// `Authorization: Bearer TOKEN` (RFC 6750 section 2.1).
    Bearer(String),
    /// `Authorization: Basic base64(USER:TOKEN)` (RFC 7617).
    Basic {
        /// A user name or an e-mail address.
        user: String,
        /// In the place of a password.
        token: String,
    },
    /// A session API token, in the header of its own.
    Page(String),
}

/// The one credential of a request's headers; `None` if there is none.
///
/// # Errors
/// Says what is wrong with how it was sent. Nothing that was sent is repeated.
pub(super) fn read(app: &App, headers: &HeaderMap) -> Result<Option<Credential>, Problem> {
    let page = of_page(headers, &app.config.session_api_token.header)?;
    match (authorization(headers)?, page) {
        (Some(_), Some(_)) => Err(Problem::malformed(
            "there is a token in the Authorization header and one in the session API token's; send one of them",
        )),
        (one, other) => Ok(one.or(other)),
    }
}

/// The session API token, where a page sent one.
fn of_page(headers: &HeaderMap, name: &str) -> Result<Option<Credential>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::malformed("there is more than one session API token; send one"));
    }
    let token = value.to_str().map_err(|_| Problem::bad_credential("the session API token is malformed"))?;
    Ok(Some(Credential::Page(token.to_owned())))
}

/// That no token is in a query: it is logged on its way, so none works from there, and whoever tries is told.
///
/// # Errors
/// `invalid_request` if there is one.
pub(super) fn no_token_in_query(app: &App, query: &str) -> Result<(), Problem> {
    let found = match Params::parse_repeated(query.as_bytes()) {
        Ok(params) => {
            params.iter().any(|(name, value)| name == "access_token" || bearer::is_like_a_token(app, value))
        }
        Err(error) => return Err(Problem::malformed(error.to_string())),
    };
    if found {
        return Err(Problem::malformed(
            "a token must not be in the query, where it is logged: send it in the Authorization header, and revoke \
             this one if others may have seen the address",
        ));
    }
    Ok(())
}

fn authorization(headers: &HeaderMap) -> Result<Option<Credential>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::malformed("there is more than one Authorization header; send one"));
    }
    let unreadable = || Problem::bad_credential("write the Authorization header as “Bearer TOKEN”");
    let (scheme, rest) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(unreadable)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(Credential::Bearer(rest.to_owned())));
    }
    if scheme.eq_ignore_ascii_case("basic") {
        return basic(rest).map(Some);
    }
    Err(unreadable())
}

fn basic(encoded: &str) -> Result<Credential, Problem> {
    let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (user, token) = decoded.as_deref().and_then(|text| text.split_once(':')).ok_or_else(|| {
        Problem::bad_credential("Basic takes the base64 of a user name or e-mail, a colon and a token")
    })?;
    if user.is_empty() {
        return Err(Problem::bad_credential("Basic takes a user name or e-mail in front of the token"));
    }
    Ok(Credential::Basic { user: user.to_owned(), token: token.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_header(value: &str) -> Result<Option<Credential>, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        authorization(&headers).map_err(|problem| problem.code)
    }

    #[test]
    fn schemes() {
        let bearer = |token: &str| Ok(Some(Credential::Bearer(token.to_owned())));
        assert_eq!(read_header("Bearer x"), bearer("x"));
        assert_eq!(read_header("bEARER x"), bearer("x"));
        assert_eq!(read_header("Bearer  x"), bearer(" x"), "nothing is trimmed");
        for header in ["", "Bearer", "x", "Digest x", "Basic x", "Basic YWRh", "Basic Ong=", "Basic YWRhOng"]
        {
            assert_eq!(read_header(header), Err("invalid_token"), "{header}");
        }
        let ada = Credential::Basic { user: "ada".into(), token: "x".into() };
        assert_eq!(read_header("Basic YWRhOng="), Ok(Some(ada)));
    }

    #[test]
    fn two_headers_are_one_too_many() {
        let mut headers = HeaderMap::new();
        headers.append(header::AUTHORIZATION, "Bearer x".parse().unwrap());
        headers.append(header::AUTHORIZATION, "Bearer x".parse().unwrap());
        assert_eq!(authorization(&headers).unwrap_err().code, "invalid_request");
    }
}
