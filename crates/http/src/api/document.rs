//! The OpenAPI document: nothing but the router's table in other words.

mod answers;
mod links;
mod parameters;

use postern_domain::SubjectType;
use postern_flows::{Config, TokenAuthMode, authorize, endpoints};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathsBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::{
    AuthorizationCode, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
};
use utoipa::openapi::{
    Components, ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApiBuilder, Ref, RefOr, Required, Schema,
    SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use answers::{error, errors, success};
use links::linked;
use parameters::parameters;

use super::operation::{Operation, SchemaOf, Taken};
use super::{Access, FieldProblem, PICTURES, ProblemDetails};

const BEARER: &str = "bearer";
const BASIC: &str = "basic";
const OAUTH: &str = "oauth";
const INTRODUCTION: &str = "Send a token as `Authorization: Bearer TOKEN`. Lists come in parts: send `next_cursor` as \
     `cursor` to get the next one. What goes wrong is answered as `application/problem+json` (RFC 9457) with a stable \
     `code`. Times are Unix seconds. Every answer says in `X-RateLimit-Limit`, `-Remaining` and `-Reset` how many more \
     calls may come.";

/// The document of these operations, as JSON, where the instance calls itself `service`.
pub(crate) fn document<'a>(
    config: &Config,
    service: &str,
    operations: impl Iterator<Item = &'a Operation>,
) -> String {
    let operations: Vec<&Operation> = operations.collect();
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new()
        .schema(ProblemDetails::name(), ProblemDetails::schema())
        .schema(FieldProblem::name(), FieldProblem::schema());
    for operation in operations.iter().copied() {
        for of in operation.body.iter().filter_map(Taken::schema).chain(&operation.success.1) {
            components = with_schema(components, of);
        }
        let item = utoipa::openapi::PathItem::new(
            method(operation.method),
            described(config, operation, &operations),
        );
        paths = paths.path(operation.path, item);
    }
    let info = InfoBuilder::new()
        .title(format!("{service} API"))
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
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn described(config: &Config, operation: &Operation, all: &[&Operation]) -> OperationBuilder {
    let Access { scope, subjects } = operation.access;
    let tag = operation.path.split('/').nth(2).unwrap_or_default();
    let extensions = ExtensionsBuilder::new().add("x-subjects", json!(subjects)).add("x-scope", json!(scope));
    let mut described = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(operation.id))
        .summary(Some(operation.summary))
        .description(Some(format!("{} {}", in_words(operation.access), operation.note).trim_end()))
        .parameters(Some(parameters(operation)))
        .extensions(Some(extensions.build()))
        .securities(Some(security(config, operation.access)));
    if let Some(body) = &operation.body {
        described = described.request_body(Some(taken(body)));
    }
    let (status, _) = operation.success;
    described = described.response(status.as_str(), linked(success(operation), operation, all).build());
    for (status, what) in errors(operation) {
        described = described.response(status, error(what));
    }
    described
}

fn taken(body: &Taken) -> RequestBody {
    let json = |of| ContentBuilder::new().schema(Some(reference(of))).build();
    let builder = RequestBodyBuilder::new();
    match body {
        Taken::Json(of) => builder.content("application/json", json(of)).required(Some(Required::True)),
        Taken::JsonOrNothing(of) => {
            builder.content("application/json", json(of)).required(Some(Required::False))
        }
        // A body of bytes has no schema of its own in OpenAPI 3.1.
        Taken::Picture => PICTURES
            .into_iter()
            .fold(builder, |builder, kind| builder.content(kind, ContentBuilder::new().build()))
            .required(Some(Required::True)),
    }
    .build()
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

fn reference(of: &SchemaOf) -> RefOr<Schema> {
    Ref::from_schema_name((of.name)()).into()
}
