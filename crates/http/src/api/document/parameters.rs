use utoipa::openapi::path::{Parameter as OpenApiParameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, ObjectBuilder, Required};

use crate::api::operation::Operation;
use crate::api::parameter::ParameterKind;

const UUID: SchemaFormat = SchemaFormat::KnownFormat(KnownFormat::Uuid);

/// What an operation takes in its path, its query and its headers.
pub(super) fn parameters(operation: &Operation) -> Vec<OpenApiParameter> {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let in_path = in_path.map(|name| {
        let id = (name == "id").then_some(UUID);
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(text().format(id).build()))
            .build()
    });
    let in_query = operation.query.iter().map(|parameter| {
        let schema = match parameter.kind {
            ParameterKind::Text => text(),
            ParameterKind::Id => text().format(Some(UUID)),
            ParameterKind::OneOf(words) => text().enum_values(Some(words.iter().copied())),
            ParameterKind::Limit => ObjectBuilder::new()
                .schema_type(SchemaType::new(Type::Integer))
                .minimum(Some(1))
                .maximum(Some(100)),
        };
        ParameterBuilder::new()
            .name(parameter.name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(parameter.description))
            .schema(Some(schema.build()))
            .build()
    });
    let in_headers = operation.headers.iter().map(|(name, description)| {
        ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(*description))
            .schema(Some(text().build()))
            .build()
    });
    in_path.chain(in_query).chain(in_headers).collect()
}
