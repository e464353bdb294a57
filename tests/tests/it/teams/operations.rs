//! The operations of the REST API, as the instance's own document has them.

use postern_tests::Instance;
use serde_json::Value;

/// One of them.
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    /// Its parameters in the query.
    pub(super) in_query: Vec<String>,
    /// The members of its JSON body.
    pub(super) in_body: Vec<String>,
}

impl Operation {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// All of them.
pub(super) fn operations(instance: &Instance) -> Vec<Operation> {
    let document = instance.cli(&["openapi"]).json();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                in_query: in_query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                in_body: members(&document, operation),
            });
        }
    }
    assert!(found.len() > 50, "{} operations", found.len());
    found
}

fn members(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let named = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    let schema = named.map_or(schema, |name| &document["components"]["schemas"][name]);
    schema["properties"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
}
