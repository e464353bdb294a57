use postern_domain::Refusal;
use serde_json::{Map, Value};

/// The subjects that a `claims` parameter would take (OIDC Core section 5.5.1), if it names any.
///
/// The parameter must be well formed. What it asks for beyond that is voluntary, also what is marked essential: the
/// scopes decide which claims a client gets.
pub(super) fn subjects(text: &str) -> Result<Option<Vec<String>>, Refusal> {
    let claims: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| refused("is not a JSON object"))?;
    let mut subjects = None;
    for member in ["userinfo", "id_token"] {
        match claims.get(member) {
            None | Some(Value::Null) => {}
            Some(Value::Object(requested)) => {
                for (name, request) in requested {
                    if !matches!(request, Value::Null | Value::Object(_)) {
                        return Err(refused("asks for a claim by something other than null or an object"));
                    }
                    if name == "sub"
                        && let Some(values) = values(request)?
                    {
                        subjects = Some(values);
                    }
                }
            }
            Some(_) => return Err(refused("has a member that is not an object")),
        }
    }
    Ok(subjects)
}

/// The values that a request for one claim names.
fn values(request: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let text = |value: &Value| {
        value.as_str().map(str::to_owned).ok_or_else(|| refused("names a subject that is not a text"))
    };
    match (request.get("value"), request.get("values")) {
        (Some(value), _) => Ok(Some(vec![text(value)?])),
        (None, Some(Value::Array(values))) => Ok(Some(values.iter().map(text).collect::<Result<_, _>>()?)),
        (None, Some(_)) => Err(refused("has values that are not an array")),
        (None, None) => Ok(None),
    }
}

fn refused(what: &str) -> Refusal {
    Refusal::invalid_request(format!("claims {what} (OIDC Core section 5.5)"))
}
