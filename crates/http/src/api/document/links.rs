use utoipa::openapi::ResponseBuilder;
use utoipa::openapi::link::LinkBuilder;

use crate::api::operation::Operation;

/// An answer with what it leads to: what makes a thing, or lists things, leads to whatever can be done with one.
pub(super) fn linked(
    mut response: ResponseBuilder,
    operation: &Operation,
    all: &[&Operation],
) -> ResponseBuilder {
    if operation.success.1.is_none() {
        return response;
    }
    for target in all {
        let Some(parameter) = below(operation.path, target.path) else { continue };
        let field = match parameter {
            "client_id" => "client_id",
            "organization" => "id",
            _ => operation.key,
        };
        let place = if operation.is_list { "items/0/" } else { "" };
        let mut link = LinkBuilder::new()
            .operation_id(target.id)
            .parameter(parameter, format!("$response.body#/{place}{field}"));
        for same in in_path(operation.path) {
            link = link.parameter(same, format!("$request.path.{same}"));
        }
        response = response.link(target.id, link.build());
    }
    response
}

/// The one parameter that a path has more than the path it continues.
fn below<'a>(path: &str, target: &'a str) -> Option<&'a str> {
    let mut more = in_path(target.strip_prefix(path)?.strip_prefix('/')?);
    more.next().filter(|_| more.next().is_none())
}

fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_continues_another() {
        assert_eq!(below("/v1/customers", "/v1/customers/{id}"), Some("id"));
        assert_eq!(below("/v1/tokens", "/v1/tokens/{id}/renew"), Some("id"));
        assert_eq!(below("/v1/o/{o}/members", "/v1/o/{o}/members/{id}"), Some("id"));
        for (path, target) in [
            ("/v1/customers", "/v1/customers"),
            ("/v1/customer", "/v1/customers/{id}"),
            ("/v1/tokens", "/v1/tokens/revoke-leaked"),
            ("/v1/o", "/v1/o/{o}/members/{id}"),
        ] {
            assert_eq!(below(path, target), None, "{target}");
        }
    }
}
