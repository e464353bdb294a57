use postern_domain::{Claim, NamedClaims, Refusal};
use serde_json::{Map, Value};

/// What a `claims` parameter asks for (OIDC Core section 5.5). Whether a claim is essential makes no difference to whether
/// it is said: what the person allows and is known is, and the rest is not.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// The claims that it names, of those that are known here.
    pub(super) named: NamedClaims,
    /// The only subjects that it takes.
    pub(super) subjects: Option<Vec<String>>,
    /// The only authentication contexts that it takes (OIDC Core section 5.5.1.1).
    pub(super) contexts: Option<Vec<String>>,
    /// Those that it would rather have.
    pub(super) preferred: Vec<String>,
}

/// The request for one claim (OIDC Core section 5.5.1).
struct Wish {
    is_essential: bool,
    /// What `value` and `values` name.
    values: Option<Vec<Value>>,
}

impl Claimed {
    /// Reads the parameter, which must be well formed; its length is that of any parameter at most. Members and claims that
    /// are not known are passed over.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let members: Map<String, Value> = serde_json::from_str(text)
            .map_err(|_| refused("is not a JSON object such as {\"userinfo\":{\"email\":null}}"))?;
        let mut claimed = Self::default();
        for (name, wish) in wishes(&members, "id_token")? {
            match (name, &wish) {
                ("acr", Wish { is_essential: true, values: Some(values) }) => {
                    claimed.contexts = Some(texts(name, values)?);
                }
                ("acr", Wish { values: Some(values), .. }) => claimed.preferred = texts(name, values)?,
                ("sub", _) => claimed.takes(&wish)?,
                _ => claimed.named.id_token.extend(Claim::named(name)),
            }
        }
        for (name, wish) in wishes(&members, "userinfo")? {
            match name {
                "sub" => claimed.takes(&wish)?,
                _ => claimed.named.userinfo.extend(Claim::named(name)),
            }
        }
        Ok(claimed)
    }

    /// Where both places name subjects, only those of both are taken.
    fn takes(&mut self, wish: &Wish) -> Result<(), Refusal> {
        let Some(values) = &wish.values else { return Ok(()) };
        let mut subjects = texts("sub", values)?;
        if let Some(others) = &self.subjects {
            subjects.retain(|subject| others.contains(subject));
        }
        self.subjects = Some(subjects);
        Ok(())
    }
}

/// The requests in one member of the parameter, by the names of the claims.
fn wishes<'a>(members: &'a Map<String, Value>, member: &str) -> Result<Vec<(&'a str, Wish)>, Refusal> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(claims)) => {
            claims.iter().map(|(name, request)| Ok((name.as_str(), wish(name, request)?))).collect()
        }
        Some(_) => Err(refused(format!("has {member} that is not an object of claims"))),
    }
}

fn wish(name: &str, request: &Value) -> Result<Wish, Refusal> {
    let wrong = |what: &str| {
        let name: String = name.chars().take(80).collect();
        refused(format!("asks for “{name}” with {what}"))
    };
    let request = match request {
        Value::Null => return Ok(Wish { is_essential: false, values: None }),
        Value::Object(request) => request,
        _ => return Err(wrong("something other than null or an object")),
    };
    let is_essential = match request.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(wrong("essential that is neither true nor false")),
    };
    let values = match (request.get("value"), request.get("values")) {
        (Some(value), _) => Some(vec![value.clone()]),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        (None, Some(_)) => return Err(wrong("values that are not an array")),
        (None, None) => None,
    };
    Ok(Wish { is_essential, values })
}

fn texts(name: &str, values: &[Value]) -> Result<Vec<String>, Refusal> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = values.iter().map(text).collect::<Option<_>>();
    texts.ok_or_else(|| refused(format!("asks for “{name}” with a value that is not a text")))
}

fn refused(what: impl std::fmt::Display) -> Refusal {
    Refusal::invalid_request(format!("claims {what} (OIDC Core section 5.5)"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_names_claims_for_each_place() {
        let claimed = Claimed::read(
            r#"{"userinfo":{"name":{"essential":true},"favourite_tea":null,"email":{"value":"ada@example.com"}},
            "id_token":{"name#de":null,"auth_time":{"essential":true},"acr":null},"verified":{"x":1}}"#,
        )
        .unwrap();
        assert_eq!(claimed.named.userinfo, BTreeSet::from([Claim::Name, Claim::Email]));
        assert_eq!(claimed.named.id_token, BTreeSet::from([Claim::Name]));
        assert!(claimed.subjects.is_none() && claimed.contexts.is_none());
    }

    #[test]
    fn a_subject_has_to_be_one_that_both_places_take() {
        let subjects = |text: &str| Claimed::read(text).unwrap().subjects;
        assert_eq!(subjects(r#"{"id_token":{"sub":{"value":"a"}}}"#), Some(vec!["a".to_owned()]));
        let both = r#"{"id_token":{"sub":{"values":["a","b"]}},"userinfo":{"sub":{"values":["b","c"]}}}"#;
        assert_eq!(subjects(both), Some(vec!["b".to_owned()]));
        assert_eq!(subjects(r#"{"id_token":{"sub":null}}"#), None);
    }

    #[test]
    fn only_an_essential_context_of_the_id_token_is_a_must() {
        let contexts = |text: &str| Claimed::read(text).unwrap().contexts;
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["gold","silver"]}}}"#;
        assert_eq!(contexts(essential), Some(vec!["gold".to_owned(), "silver".to_owned()]));
        for wish in [
            r#"{"id_token":{"acr":{"essential":true}}}"#,
            r#"{"id_token":{"acr":{"essential":false,"values":["gold"]}}}"#,
            r#"{"id_token":{"acr":{"values":["gold"]}}}"#,
            r#"{"userinfo":{"acr":{"essential":true,"values":["gold"]}}}"#,
        ] {
            assert_eq!(contexts(wish), None, "{wish}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("", "not a JSON object"),
            ("[]", "not a JSON object"),
            (r#"{"id_token":[]}"#, "has id_token that is not"),
            (r#"{"userinfo":{"email":true}}"#, "something other than null"),
            (r#"{"userinfo":{"email":{"essential":"yes"}}}"#, "essential that is neither"),
            (r#"{"userinfo":{"email":{"values":"a"}}}"#, "values that are not an array"),
            (r#"{"id_token":{"sub":{"value":7}}}"#, "not a text"),
            (r#"{"id_token":{"acr":{"essential":true,"values":[1]}}}"#, "not a text"),
        ] {
            let refusal = Claimed::read(text).unwrap_err();
            assert!(refusal.description.contains(wrong), "{text}: {refusal}");
        }
    }
}
