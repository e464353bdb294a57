use std::borrow::Cow;

use axum::http::StatusCode;
use axum::routing::MethodFilter;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::Access;

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
    /// The parameters of its query.
    pub(crate) query: Vec<Parameter>,
    /// What its body holds, if it takes one.
    pub(crate) body: Option<SchemaOf>,
    /// The status of its success, and what the answer holds.
    pub(crate) success: (StatusCode, Option<SchemaOf>),
    /// Whether the answer is a part of a list of them.
    pub(crate) is_list: bool,
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Whether it is a whole number.
    pub(crate) number: bool,
}

/// Where the schema of a type comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaOf {
    pub(crate) name: fn() -> Cow<'static, str>,
    pub(crate) schema: fn() -> RefOr<Schema>,
    pub(crate) others: fn(&mut Vec<(String, RefOr<Schema>)>),
}

const LIMIT: Parameter =
    Parameter { name: "limit", description: "Most items of the answer: 1 to 100, else 25.", number: true };
const CURSOR: Parameter =
    Parameter { name: "cursor", description: "The next_cursor of the part before.", number: false };

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
            query: Vec::new(),
            body: None,
            success: (StatusCode::OK, None),
            is_list: false,
        }
    }

    pub(crate) fn get(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("GET", path, id, access)
    }

    pub(crate) fn post(path: &'static str, id: &'static str, access: Access) -> Self {
        Self::new("POST", path, id, access)
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

    /// Takes a parameter in the query.
    #[must_use]
    pub(crate) fn filter(mut self, name: &'static str, description: &'static str) -> Self {
        self.query.push(Parameter { name, description, number: false });
        self
    }

    /// Takes a body.
    #[must_use]
    pub(crate) fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(SchemaOf::of::<T>());
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

    /// The method as the router knows it.
    pub(crate) fn method_filter(&self) -> MethodFilter {
        match self.method {
            "POST" => MethodFilter::POST,
            "PATCH" => MethodFilter::PATCH,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        }
    }
}
