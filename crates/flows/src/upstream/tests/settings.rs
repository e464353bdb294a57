use std::path::PathBuf;

use super::*;

fn check(providers: Vec<(&str, UpstreamProvider)>) -> Result<(), String> {
    let upstream = providers.into_iter().map(|(name, provider)| (name.to_owned(), provider)).collect();
    Providers::check(&Config { upstream, ..Config::default() })
}

fn acme() -> UpstreamProvider {
    UpstreamProvider {
        issuer: Some("https://acme.example".to_owned()),
        client_id: "us".to_owned(),
        ..UpstreamProvider::default()
    }
}

fn preset(preset: Preset) -> UpstreamProvider {
    UpstreamProvider { preset, client_id: "us".to_owned(), ..UpstreamProvider::default() }
}

#[test]
fn what_cannot_work_is_said_with_the_settings() {
    for known in [Preset::Google, Preset::GitHub, Preset::GitLab] {
        check(vec![("one", preset(known))]).unwrap();
    }
    check(vec![("acme", acme()), ("google", preset(Preset::Google))]).unwrap();
    let tenant = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
    check(vec![("m", UpstreamProvider { issuer: Some(tenant.to_owned()), ..preset(Preset::Microsoft) })])
        .unwrap();
    let issuer = |text: &str| UpstreamProvider { issuer: Some(text.to_owned()), ..acme() };
    let scopes = |scopes: &[&str]| Some(scopes.iter().map(|scope| (*scope).to_owned()).collect());
    for (name, provider, told) in [
        ("Acme", acme(), "“Acme” is no name"),
        ("acme", UpstreamProvider { client_id: " ".to_owned(), ..acme() }, "set client_id"),
        ("acme", UpstreamProvider { issuer: None, ..acme() }, "set issuer"),
        ("acme", preset(Preset::Postern), "set issuer"),
        ("acme", preset(Preset::Microsoft), "TENANT-ID"),
        ("acme", issuer("https://login.microsoftonline.com/common/v2.0"), "of one tenant"),
        ("acme", issuer("acme.example"), "must be an https URL"),
        ("acme", issuer("ftp://acme.example"), "must be an https URL"),
        ("acme", issuer("https://acme.example?x=1"), "must be an https URL"),
        ("acme", issuer("https://a:b@acme.example"), "must be an https URL"),
        ("acme", UpstreamProvider { scopes: scopes(&["email"]), ..acme() }, "must hold openid"),
        (
            "acme",
            UpstreamProvider { client_secret_file: Some(PathBuf::from("/nowhere/secret")), ..acme() },
            "/nowhere/secret",
        ),
        (
            "acme",
            UpstreamProvider {
                client_secret: Some("x".into()),
                client_secret_file: Some(PathBuf::from("x")),
                ..acme()
            },
            "not both",
        ),
    ] {
        let error = check(vec![(name, provider)]).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    let twice = check(vec![("one", acme()), ("two", acme())]).unwrap_err();
    assert!(twice.contains("upstream.one and upstream.two have the same issuer"), "{twice}");
}

#[test]
fn a_secret_is_read_from_its_file_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "of the file\n").unwrap();
    let by_file = UpstreamProvider { client_secret_file: Some(file.clone()), ..acme() };
    let config = Config { upstream: [("acme".to_owned(), by_file.clone())].into(), ..Config::default() };
    let providers = Providers::new(&config);
    assert_eq!(providers.find("acme").unwrap().secret.as_ref().unwrap().reveal(), "of the file");
    std::fs::write(&file, "\n").unwrap();
    assert!(check(vec![("acme", by_file)]).unwrap_err().contains("is empty"));
    let written = UpstreamProvider { client_secret: Some("the secret".into()), ..acme() };
    let shown = serde_json::to_string(&written).unwrap() + &format!("{written:?}");
    assert!(!shown.contains("the secret") && shown.contains("***"), "{shown}");
}
