use std::borrow::Cow;

use axum::http::StatusCode;
use axum::routing::MethodFilter;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::Access;
use super::parameter::{CURSOR, LIMIT, Parameter, ParameterKind};

/// One operation of the API: an entry of the router's table with all that is known of it. Router, OpenAPI document and
/// the tests of who may call what are made from it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// What generated clients call it.
    pub(crate) id: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    pub(crate) access: Access,
    /// What else there is to say of it, in sentences.
    pub(crate) note: &'static str,
    /// The parameters of its query.
    pub(crate) query: Vec<Parameter>,
    /// The headers that it reads, with what they are.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// Its body, if it takes one.
    pub(crate) body: Option<Taken>,
    /// The status of its success, and what the answer holds.
    pub(crate) success: (StatusCode, Option<SchemaOf>),
    /// Whether the answer is a part of a list of them.
    pub(crate) is_list: bool,
    /// The field of the answer by which paths below this one know it.
    pub(crate) key: &'static str,
}

/// What a body holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Taken {
    /// An object of JSON.
    Json(SchemaOf),
    /// The same, which may be left out.
    JsonOrNothing(SchemaOf),
    /// A picture.
    Picture,
}

impl Taken {
    /// The schema of what it holds, if that has one.
    pub(crate) const fn schema(&self) -> Option<&SchemaOf> {
        match self {
            Self::Json(of) | Self::JsonOrNothing(of) => Some(of),
            Self::Picture => None,
        }
    }
}

/// Where the schema of a type comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaOf {
    pub(crate) name: fn() -> Cow<'static, str>,
    pub(crate) schema: fn() -> RefOr<Schema>,
    pub(crate) others: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl SchemaOf {
    fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, others: T::schemas }
    }
}

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &'static str, access: Access) -> Self {
        Self {
            method,
            path,
            id,
            summary: "",
            access,
            note: "",
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            success: (StatusCode::OK, None),
            is_list: false,
            key: "id",
        }
    }

    pub(crate) fn get(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("GET", path, id, access)
    }

    pub(crate) fn post(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("POST", path, id, access)
    }

    pub(crate) fn put(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("PUT", path, id, access)
    }

    pub(crate) fn patch(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("PATCH", path, id, access)
    }

    /// What deletes answers 204, also if there was nothing.
    pub(crate) fn delete(path: &'static str, id: &'static str, access: Access) -> Self {
        let new = Self::new("DELETE", path, id, access);
        Self { success: (StatusCode::NO_CONTENT, None), ..new }
    }

    /// Says what it does.
    #[must_use]
    pub(crate) fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Says what else there is to know, in sentences.
    #[must_use]
    pub(crate) fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Takes a text in the query.
    #[must_use]
    pub(crate) fn filter(self, name: &'static str, description: &'static str) -> Self {
        self.parameter(name, description, ParameterKind::Text)
    }

    /// Takes an id in the query.
    #[must_use]
    pub(crate) fn filter_id(self, name: &'static str, description: &'static str) -> Self {
        self.parameter(name, description, ParameterKind::Id)
    }

    /// Takes one of some words in the query.
    #[must_use]
    pub(crate) fn filter_one_of(
        self,
        name: &'static str,
        description: &'static str,
        words: &'static [&'static str],
    ) -> Self {
        self.parameter(name, description, ParameterKind::OneOf(words))
    }

    fn parameter(mut self, name: &'static str, description: &'static str, kind: ParameterKind) -> Self {
        self.query.push(Parameter { name, description, kind });
        self
    }

    /// Reads a header.
    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, description: &'static str) -> Self {
        self.headers.push((name, description));
        self
    }

    /// Takes a body.
    #[must_use]
    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(Taken::Json(SchemaOf::of::<T>()));
        self
    }

    /// Takes a body, or none.
    #[must_use]
    pub(crate) fn may_take<T: ToSchema>(mut self) -> Self {
        self.body = Some(Taken::JsonOrNothing(SchemaOf::of::<T>()));
        self
    }

    /// Takes a picture.
    #[must_use]
    pub(crate) fn takes_picture(mut self) -> Self {
        self.body = Some(Taken::Picture);
        self
    }

    /// Answers 200 with a thing.
    #[must_use]
    pub(crate) fn answers<T: ToSchema>(mut self) -> Self {
        self.success = (StatusCode::OK, Some(SchemaOf::of::<T>()));
        self
    }

    /// Answers 204.
    #[must_use]
    pub(crate) fn answers_nothing(mut self) -> Self {
        self.success = (StatusCode::NO_CONTENT, None);
        self
    }

    /// Makes a thing, and answers 201 with it.
    #[must_use]
    pub(crate) fn creates<T: ToSchema>(mut self) -> Self {
        self.success = (StatusCode::CREATED, Some(SchemaOf::of::<T>()));
        self
    }

    /// Answers a list in parts.
    #[must_use]
    pub(crate) fn lists<T: ToSchema>(mut self) -> Self {
        self.query.splice(0..0, [LIMIT, CURSOR]);
        self.is_list = true;
        self.answers::<T>()
    }

    /// Says which field of the answer is what paths below this one know it by, if that is not its `id`.
    #[must_use]
    pub(crate) fn key(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }

    /// The method as the router knows it.
    pub(crate) fn method_filter(&self) -> MethodFilter {
        match self.method {
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            "PATCH" => MethodFilter::PATCH,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        }
    }
}
