//! The OpenAPI document: nothing but the router's table in other words.

use postern_domain::SubjectType;
use postern_flows::{Config, TokenAuthMode, authorize, endpoints};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter as OpenApiParameter, ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{
    AuthorizationCode, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
};
use utoipa::openapi::{
    Components, ComponentsBuilder, ContentBuilder, HeaderBuilder, InfoBuilder, KnownFormat, ObjectBuilder,
    OpenApiBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::operation::{Operation, SchemaOf};
use super::{Access, FieldProblem, ProblemDetails};

const BEARER: &str = "bearer";
const BASIC: &str = "basic";
const OAUTH: &str = "oauth";
const INTRODUCTION: &str = "Send a token as `Authorization: Bearer TOKEN`. Lists come in parts: send `next_cursor` as \
     `cursor` to get the next one. What goes wrong is answered as `application/problem+json` (RFC 9457) with a stable \
     `code`. Times are Unix seconds. Every answer says in `X-RateLimit-Limit`, `-Remaining` and `-Reset` how many more \
     calls may come.";

/// The document of these operations, as JSON.
pub(crate) fn document<'a>(config: &Config, operations: impl Iterator<Item = &'a Operation>) -> String {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new()
        .schema(ProblemDetails::name(), ProblemDetails::schema())
        .schema(FieldProblem::name(), FieldProblem::schema());
    for operation in operations {
        for of in operation.body.iter().chain(&operation.success.1) {
            components = with_schema(components, of);
        }
        let item = utoipa::openapi::PathItem::new(method(operation.method), described(config, operation));
        paths = paths.path(operation.path, item);
    }
    let info = InfoBuilder::new()
        .title(format!("{} API", config.branding.name))
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(INTRODUCTION));
    let document = OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new(config.issuer())]))
        .paths(paths)
        .components(Some(with_security(config, components)))
        .build();
    document.to_json().unwrap_or_default()
}

fn with_schema(components: ComponentsBuilder, of: &SchemaOf) -> ComponentsBuilder {
    let mut others = Vec::new();
    (of.others)(&mut others);
    components.schema((of.name)(), (of.schema)()).schemas_from_iter(others)
}

fn with_security(config: &Config, components: ComponentsBuilder) -> Components {
    let catalogue = config.catalogue();
    let scopes = Scopes::from_iter(catalogue.offered().map(|row| (row.name.clone(), row.label.clone())));
    let code = AuthorizationCode::new(config.url(authorize::PATH), config.url(endpoints::TOKEN), scopes);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A personal, organization or access token, or a customer session."));
    let mut components = components
        .security_scheme(BEARER, SecurityScheme::Http(bearer.build()))
        .security_scheme(OAUTH, SecurityScheme::OAuth2(OAuth2::new([Flow::AuthorizationCode(code)])));
    if takes_basic(config) {
        let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(
            "Your user name or e-mail address, and in the place of the password a personal or organization token.",
        ));
        components = components.security_scheme(BASIC, SecurityScheme::Http(basic.build()));
    }
    components.build()
}

fn takes_basic(config: &Config) -> bool {
    config.tokens.auth_mode != TokenAuthMode::Bearer
}

fn method(name: &str) -> HttpMethod {
    match name {
        "POST" => HttpMethod::Post,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn described(config: &Config, operation: &Operation) -> OperationBuilder {
    let Access { scope, subjects } = operation.access;
    let tag = operation.path.split('/').nth(2).unwrap_or_default();
    let extensions = ExtensionsBuilder::new().add("x-subjects", json!(subjects)).add("x-scope", json!(scope));
    let mut described = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(in_words(operation.access)))
        .parameters(Some(parameters(operation)))
        .extensions(Some(extensions.build()))
        .securities(Some(security(config, operation.access)));
    if let Some(body) = &operation.body {
        let content = ContentBuilder::new().schema(Some(reference(body)));
        let body = RequestBodyBuilder::new().content("application/json", content.build());
        described = described.request_body(Some(body.required(Some(Required::True)).build()));
    }
    let (status, _) = operation.success;
    described = described.response(status.as_str(), success(operation));
    for (status, what) in errors(operation) {
        described = described.response(status, error(what));
    }
    described
}

fn in_words(Access { scope, subjects }: Access) -> String {
    let kinds: Vec<&str> = subjects
        .iter()
        .map(|kind| match kind {
            SubjectType::User => "a person",
            SubjectType::Organization => "an organization",
            SubjectType::Customer => "a customer",
        })
        .collect();
    match (scope, kinds.is_empty()) {
        (_, true) => "Takes no credential.".to_owned(),
        (Some(scope), _) => format!("Takes the scope `{scope}`, for {}.", kinds.join(" or ")),
        (None, _) => format!("For {}.", kinds.join(" or ")),
    }
}

fn security(config: &Config, access: Access) -> Vec<SecurityRequirement> {
    if access.is_open() {
        return vec![SecurityRequirement::default()];
    }
    let schemes = [(BEARER, true), (BASIC, takes_basic(config)), (OAUTH, true)];
    let offered = schemes.into_iter().filter(|(_, offered)| *offered);
    offered.map(|(scheme, _)| SecurityRequirement::new(scheme, access.scope)).collect()
}

fn parameters(operation: &Operation) -> Vec<OpenApiParameter> {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let in_path = in_path.map(|name| {
        let id = (name == "id").then_some(SchemaFormat::KnownFormat(KnownFormat::Uuid));
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(text().format(id).build()))
            .build()
    });
    let in_query = operation.query.iter().map(|parameter| {
        let number = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .minimum(Some(1))
            .maximum(Some(100));
        let schema = if parameter.number { number } else { text() };
        ParameterBuilder::new()
            .name(parameter.name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(parameter.description))
            .schema(Some(schema.build()))
            .build()
    });
    in_path.chain(in_query).collect()
}

fn reference(of: &SchemaOf) -> RefOr<Schema> {
    Ref::from_schema_name((of.name)()).into()
}

fn success(operation: &Operation) -> Response {
    let response = limited(ResponseBuilder::new().description(match operation.method {
        "DELETE" => "It is gone, or was not there.",
        _ => "Done.",
    }));
    let Some(of) = &operation.success.1 else { return response.build() };
    let schema = if operation.is_list { list(reference(of)) } else { reference(of) };
    response.content("application/json", ContentBuilder::new().schema(Some(schema)).build()).build()
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
fn errors(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut errors = vec![
        ("400", "The request cannot be understood."),
        ("401", "The credential is missing, or none that works here."),
        ("429", "Too many calls; `Retry-After` says when the next one is taken."),
        ("500", "Something failed on the server."),
        ("503", "The server cannot answer now; `Retry-After` says when to try again."),
    ];
    if !operation.access.is_open() {
        errors.push(("403", "The credential does not allow it; the problem names what is missing."));
    }
    if operation.path.contains('{') || operation.method != "GET" {
        errors.push(("404", "There is no such thing, or it is another's."));
        errors.push(("409", "Something else is in the way."));
    }
    if operation.body.is_some() {
        errors.push(("413", "The body is larger than 64 KiB."));
        errors.push(("415", "The body is not `application/json`."));
        errors.push(("422", "Some fields cannot be taken; `errors` says which."));
    }
    errors
}

fn error(what: &str) -> Response {
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
