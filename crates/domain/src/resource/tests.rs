use super::*;
use crate::{ErrorCode, ScopeSpec, SubjectType, UserId};

const ISSUER: &str = "https://id.example";

fn catalogue() -> Catalogue {
    let row = |name: &str| ScopeSpec {
        name: name.into(),
        label: name.into(),
        description: String::new(),
        group: String::new(),
        subjects: vec![SubjectType::User],
        hidden: false,
        right: None,
    };
    Catalogue::with(["books:read", "books:write", "music:read", "loose"].map(row))
}

fn spec(identifier: &str, scopes: &[&str]) -> ResourceSpec {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    ResourceSpec { identifier: identifier.into(), name: "An API".into(), scopes, ..ResourceSpec::default() }
}

fn read(specs: &[ResourceSpec]) -> Result<Resources, String> {
    Resources::new(ISSUER, specs, &catalogue())
}

fn known() -> Resources {
    let books = spec("https://books.example", &["books:read", "books:write"]);
    read(&[books, spec("urn:example:music", &["music:read"])]).unwrap()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn permit(scopes: &str, audience: Option<&[&str]>) -> Permit {
    let whole = Permit::of_user(UserId(uuid::Uuid::nil()), scopes.parse().unwrap());
    Permit { audience: audience.map(set), ..whole }
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    for (specs, told) in [
        (vec![spec("books", &[])], "absolute URI"),
        (vec![spec("", &[])], "absolute URI"),
        (vec![spec("https://books.example/ü", &[])], "absolute URI"),
        (vec![spec("https://books.example/#a", &[])], "fragment"),
        (vec![spec("https://ada@books.example/", &[])], "names a user"),
        (vec![spec("https://books.example", &["boks:read"])], "add [scopes.\"boks:read\"]"),
        (vec![spec("https://books.example", &["openid"])], "own API"),
        (vec![spec("https://books.example", &["customers:read"])], "own API"),
        (vec![spec("https://books.example", &[]), spec("https://books.example/", &[])], "twice"),
        (vec![spec("urn:a", &["loose"]), spec("urn:b", &["loose"])], "belongs to one API"),
        (vec![spec(ISSUER, &["loose"])], "leave its scopes out"),
        (vec![ResourceSpec { name: " ".into(), ..spec("urn:a", &[]) }], "has no name"),
        (
            vec![ResourceSpec { access_token_lifetime: Some(Lifetime::seconds(0)), ..spec("urn:a", &[]) }],
            "access_token_lifetime",
        ),
    ] {
        let error = read(&specs).unwrap_err();
        assert!(error.starts_with("resources: “") && error.contains(told), "{error}");
    }
}

#[test]
fn the_own_api_has_what_no_other_has() {
    let known = known();
    for (scope, is_own) in
        [("openid", true), ("customers:read", true), ("loose", true), ("books:read", false)]
    {
        assert_eq!(known.own().scopes.contains(scope), is_own, "{scope}");
    }
    assert_eq!(known.own().called("Acme"), "Acme");
    let jwt = ResourceSpec { access_token_format: AccessTokenFormat::Jwt, ..spec(ISSUER, &[]) };
    let own = read(&[jwt]).unwrap().own().clone();
    assert_eq!((own.access_token_format, own.called("Acme")), (AccessTokenFormat::Jwt, "An API"));
}

#[test]
fn an_api_is_found_by_its_name_alone() {
    let known = known();
    for (name, found) in [
        ("https://books.example", Some("https://books.example")),
        ("https://books.example/", Some("https://books.example")),
        ("https://books.example//", None),
        ("https://books.example/a", None),
        ("https://books.example?", None),
        ("https://BOOKS.example", None),
        ("urn:example:music", Some("urn:example:music")),
        ("urn:example:music/", None),
        (ISSUER, Some(ISSUER)),
        ("https://id.example/", Some(ISSUER)),
        ("", None),
        ("/", None),
    ] {
        assert_eq!(known.find(name).map(|it| it.identifier.as_str()), found, "{name}");
    }
    let named = known.named(["https://books.example/", "https://books.example"].into_iter()).unwrap();
    assert_eq!(named, Some(set(&["https://books.example"])));
    assert_eq!(known.named(std::iter::empty()).unwrap(), None);
    let unknown = known.named(["https://books.example", "https://else.example"].into_iter()).unwrap_err();
    assert_eq!(unknown.code, ErrorCode::InvalidTarget);
}

#[test]
fn a_token_holds_the_scopes_of_its_apis_only() {
    let (known, all) = (known(), "openid books:read music:read loose");
    let (books, music) = ("https://books.example", "urn:example:music");
    for (granted, named, expected) in [
        (None, None, Ok((None, all))),
        (None, Some(vec![books]), Ok((Some(vec![books]), "books:read"))),
        (None, Some(vec![ISSUER]), Ok((Some(vec![ISSUER]), "loose openid"))),
        (Some(vec![books, music]), None, Ok((Some(vec![books, music]), "books:read music:read"))),
        (Some(vec![books, music]), Some(vec![music]), Ok((Some(vec![music]), "music:read"))),
        (Some(vec![books]), Some(vec![music]), Err(())),
        (Some(vec![books]), Some(vec![books, music]), Err(())),
        (Some(vec![books, "urn:gone"]), None, Ok((Some(vec![books]), "books:read"))),
        (Some(vec!["urn:gone"]), None, Err(())),
    ] {
        let held = permit(all, granted.as_deref());
        let narrowed = known.narrow(&held, named.as_deref().map(set));
        match expected {
            Ok((audience, scopes)) => {
                let expected = permit(scopes, audience.as_deref());
                assert_eq!(narrowed.unwrap(), expected, "{granted:?} {named:?}");
            }
            Err(()) => {
                assert_eq!(narrowed.unwrap_err().code, ErrorCode::InvalidTarget, "{granted:?} {named:?}")
            }
        }
    }
}

#[test]
fn scopes_say_where_they_open_something() {
    let known = known();
    for (scopes, expected) in [
        ("books:read", vec!["https://books.example"]),
        ("openid music:read", vec![ISSUER, "urn:example:music"]),
        ("openid", vec![ISSUER]),
        ("", vec![ISSUER]),
    ] {
        assert_eq!(known.with_any_of(&scopes.parse().unwrap()), set(&expected), "{scopes}");
    }
}

#[test]
fn beyond_the_scopes_of_an_api_only_an_identity_can_be_asked_for() {
    let (known, books) = (known(), set(&["https://books.example"]));
    let all = "openid books:read music:read loose".parse().unwrap();
    assert_eq!(known.askable(&all, &books), "openid books:read".parse().unwrap());
    assert!(known.check_askable(&"openid books:read".parse().unwrap(), &books).is_ok());
    let refused = known.check_askable(&all, &books).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidScope);
    assert!(refused.to_string().contains("“loose”"), "{refused}");
}
