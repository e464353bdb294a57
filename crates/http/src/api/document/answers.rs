use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema,
};

use super::reference;
use crate::api::ProblemDetails;
use crate::api::operation::{Operation, Taken};
use crate::api::parameter::ParameterKind;

/// What an operation answers when all is well.
pub(super) fn success(operation: &Operation) -> ResponseBuilder {
    let response = limited(ResponseBuilder::new().description(match operation.method {
        "DELETE" => "It is gone, or was not there.",
        _ => "Done.",
    }));
    let Some(of) = &operation.success.1 else { return response };
    let schema = if operation.is_list { list(reference(of)) } else { reference(of) };
    response.content("application/json", ContentBuilder::new().schema(Some(schema)).build())
}

/// A part of a list of `item`s.
fn list(item: RefOr<Schema>) -> RefOr<Schema> {
    let cursor = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new()
        .property("items", ArrayBuilder::new().items(item))
        .property("next_cursor", ObjectBuilder::new().schema_type(cursor))
        .required("items")
        .required("next_cursor")
        .into()
}

/// Every error that an operation can answer.
pub(super) fn errors(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut errors = vec![
        ("400", "The request cannot be understood."),
        ("401", "The credential is missing, or none that works here."),
        ("408", "The call took too long."),
        ("429", "Too many calls; `Retry-After` says when the next one is taken."),
        ("500", "Something failed on the server."),
        ("503", "The server cannot answer now; `Retry-After` says when to try again."),
    ];
    let is_report = !operation.headers.is_empty();
    if !operation.access.is_open() || is_report {
        errors.push(("403", "The credential does not allow it; the problem names what is missing."));
    }
    let names_another = operation.query.iter().any(|parameter| matches!(parameter.kind, ParameterKind::Id));
    if operation.path.contains('{') || operation.method != "GET" || names_another {
        errors.push(("404", "There is no such thing, or it is another's."));
    }
    if operation.method != "GET" {
        errors.push(("409", "Something else is in the way."));
    }
    if let Some(body) = &operation.body {
        errors.extend(match body {
            Taken::Picture => [
                ("413", "The picture is larger than 1 MiB."),
                ("415", "The body is not a picture that is taken."),
            ],
            _ => [("413", "The body is larger than 64 KiB."), ("415", "The body is not `application/json`.")],
        });
        errors.push(("422", "Some fields cannot be taken; `errors` says which."));
    }
    errors
}

pub(super) fn error(what: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDetails::name()))).build();
    limited(ResponseBuilder::new().description(what)).content("application/problem+json", content).build()
}

/// With what every answer says of the rate limit.
fn limited(mut response: ResponseBuilder) -> ResponseBuilder {
    for (name, what) in [
        ("X-RateLimit-Limit", "How many calls may come at once after a rest."),
        ("X-RateLimit-Remaining", "How many more may come now."),
        ("X-RateLimit-Reset", "When all of them may come again, in Unix seconds."),
    ] {
        let number = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
        let header = HeaderBuilder::new().schema(Some(number)).description(Some(what));
        response = response.header(name, header.build());
    }
    response
}
