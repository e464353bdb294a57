use std::collections::BTreeMap;

use postern_domain::{LocalizedName, StandardClaim, StandardClaims};
use serde_json::{Map, Value};

use crate::FieldErrors;

/// What somebody typed of themselves, by the things it is about. What is not in it stays as it is, and an empty text takes
/// back what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedClaims {
    plain: BTreeMap<StandardClaim, String>,
    localized: BTreeMap<LocalizedName, String>,
}

impl FromIterator<(StandardClaim, String)> for TypedClaims {
    fn from_iter<I: IntoIterator<Item = (StandardClaim, String)>>(typed: I) -> Self {
        Self { plain: typed.into_iter().collect(), ..Self::default() }
    }
}

/// The form field in which an error goes that is of none.
const ALL: &str = "claims";
const NO_TEXT: &str = "Write a text, or null for none.";

/// Reads the members of a JSON object that are named like the claims of OIDC Core section 5.1, some of them with a language
/// behind the name (section 5.2); those of the postal address stand beside the others or in an object `address`. `null`
/// takes back what was said.
///
/// # Errors
/// [`FieldErrors`] names what is not known or no text.
pub fn read(object: &Map<String, Value>) -> Result<TypedClaims, FieldErrors> {
    let (mut typed, mut errors) = (TypedClaims::default(), FieldErrors::none());
    let address = match object.get("address") {
        Some(Value::Object(address)) => address.clone(),
        Some(Value::Null) => {
            let parts = StandardClaim::ALL.iter().filter(|claim| claim.is_of_address());
            parts.map(|claim| (claim.as_str().to_owned(), Value::Null)).collect()
        }
        Some(_) => {
            errors.add(ALL, "Write address as an object such as {\"locality\": \"London\"}.");
            Map::new()
        }
        None => Map::new(),
    };
    let beside = object.iter().filter(|(name, _)| *name != "address");
    for (name, value) in beside.chain(&address) {
        let text = match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => Some(String::new()),
            _ => None,
        };
        if name.contains('#') {
            read_localized(&mut typed, name, text, &mut errors);
            continue;
        }
        match (StandardClaim::named(name), text) {
            (Some(claim), Some(text)) => {
                typed.plain.insert(claim, text);
            }
            (Some(claim), None) => errors.add(claim.as_str(), NO_TEXT),
            (None, _) => errors.add(ALL, unknown(name)),
        }
    }
    errors.into_result().map(|()| typed)
}

fn read_localized(typed: &mut TypedClaims, name: &str, text: Option<String>, errors: &mut FieldErrors) {
    match (LocalizedName::parse(name), text) {
        (Ok(name), Some(text)) => {
            typed.localized.insert(name, text);
        }
        (Ok(name), None) => errors.add(ALL, format!("{name}: {NO_TEXT}")),
        (Err(error), _) => drop(errors.take(ALL, Err::<(), _>(error))),
    }
}

fn unknown(name: &str) -> String {
    let name: String = name.chars().take(80).collect();
    let known = StandardClaim::ALL.iter().map(|claim| claim.as_str()).collect::<Vec<_>>().join(", ");
    format!("There is no claim “{name}” to say; there are {known}.")
}

/// What a JSON object says of a person of whom nothing was said before.
///
/// # Errors
/// [`FieldErrors`] names what cannot be taken.
pub fn claims_of(object: &Map<String, Value>) -> Result<StandardClaims, FieldErrors> {
    let mut errors = FieldErrors::none();
    let claims = taken(&StandardClaims::default(), &read(object)?, &mut errors);
    errors.into_result().map(|()| claims)
}

/// What is said once `typed` is taken, with what is wrong noted.
pub(super) fn taken(
    before: &StandardClaims,
    typed: &TypedClaims,
    errors: &mut FieldErrors,
) -> StandardClaims {
    let mut claims = before.clone();
    for (claim, text) in &typed.plain {
        errors.take(claim.as_str(), claims.set(*claim, text));
    }
    for (name, text) in &typed.localized {
        let set = claims.localized.set(name, text);
        errors.take(ALL, set.map_err(|error| format!("{name}: {error}")));
    }
    claims
}

/// Of what more, less or something else is said, by name. Where somebody lives and when they were born is not kept in the
/// audit, which forgets nothing.
pub(super) fn differing(before: &StandardClaims, after: &StandardClaims) -> Vec<&'static str> {
    let differ = |claim: &&StandardClaim| before.get(**claim) != after.get(**claim);
    let plain = StandardClaim::ALL.iter().filter(differ).map(|claim| claim.as_str());
    plain.chain((before.localized != after.localized).then_some("localized")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Result<TypedClaims, FieldErrors> {
        read(value.as_object().unwrap())
    }

    #[test]
    fn an_object_is_read_as_the_standard_writes_it() {
        let typed = of(json!({
            "nickname": "Al", "website": null, "address": {"locality": "London"}, "country": "UK",
        }));
        let expected = [
            (StandardClaim::Nickname, "Al"),
            (StandardClaim::Website, ""),
            (StandardClaim::Locality, "London"),
            (StandardClaim::Country, "UK"),
        ];
        let expected = expected.map(|(claim, text)| (claim, text.to_owned()));
        assert_eq!(typed.unwrap(), TypedClaims::from_iter(expected));
        assert_eq!(of(json!({ "address": null })).unwrap().plain.len(), 5);
    }

    #[test]
    fn what_it_cannot_say_is_named() {
        for (object, field) in [
            (json!({ "favourite_tea": "oolong" }), "claims"),
            (json!({ "phone_number_verified": true }), "claims"),
            (json!({ "address": "London" }), "claims"),
            (json!({ "nickname": 7 }), "nickname"),
            (json!({ "nickname#ja": 7 }), "claims"),
            (json!({ "nickname#": "Al" }), "claims"),
            (json!({ "birthdate#ja": "1815" }), "claims"),
        ] {
            let errors = of(object.clone()).unwrap_err();
            assert!(errors.of(field).is_some(), "{object}: {errors}");
        }
        let mut errors = FieldErrors::none();
        let before =
            taken(&StandardClaims::default(), &of(json!({ "gender": "female" })).unwrap(), &mut errors);
        let typed = of(json!({ "birthdate": "10.12.1815", "nickname": "Al" })).unwrap();
        let after = taken(&before, &typed, &mut errors);
        assert_eq!(errors.0.len(), 1, "{errors}");
        assert_eq!(differing(&before, &after), ["nickname"]);
        let typed = of(json!({ "name#ja-kana": "エイダ", "website#fr": "no link" })).unwrap();
        let after = taken(&before, &typed, &mut errors);
        assert_eq!(errors.0.len(), 2, "{errors}");
        assert_eq!(differing(&before, &after), ["localized"]);
    }
}
