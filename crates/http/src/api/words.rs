//! What fields can hold, for the document: words of a small set, and spans of time.

use postern_domain::{Role, Tier};
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::{Object, SchemaType, Type};

/// What somebody is in an organization.
pub(crate) fn role() -> Object {
    one_of(Role::ALL.map(Role::as_str))
}

/// How much an organization's tokens may ask of the API.
pub(crate) fn tier() -> Object {
    one_of(Tier::ALL.map(Tier::as_str))
}

/// A span of time, such as `90d`, or `null`; without a unit it is seconds.
pub(crate) fn span_or_null() -> Object {
    text(SchemaType::from_iter([Type::String, Type::Null])).pattern(Some(SPAN)).build()
}

const SPAN: &str = "^[0-9]{1,9}[smhd]?$";

fn one_of<const N: usize>(words: [&'static str; N]) -> Object {
    text(SchemaType::from(Type::String)).enum_values(Some(words)).build()
}

fn text(kind: SchemaType) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}
