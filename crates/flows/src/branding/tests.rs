use std::sync::Arc;
use std::time::{Duration, Instant};

use postern_domain::ErrorCode;
use postern_domain::audit::{Action, Event};
use postern_storage::{Db, settings};
use serde_json::json;

use super::*;
use crate::testing::{self, TestApp};
use crate::{Actor, App, FieldErrors, FormRefusal, Paging, SecretKey, SystemClock, SystemRng, audit, logo};

fn set(name: &str) -> BrandChange {
    BrandChange { name: Some(Some(name.to_owned())), ..BrandChange::default() }
}

fn coloured(accent: &str) -> BrandChange {
    BrandChange { accent: Some(Some(accent.to_owned())), ..BrandChange::default() }
}

async fn changed(app: &App, asked: &BrandChange) -> Arc<Brand> {
    change(app, &Actor::operator(), asked).await.unwrap()
}

fn fields(refusal: FormRefusal) -> FieldErrors {
    match refusal {
        FormRefusal::Fields(errors) => errors,
        FormRefusal::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn picture(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::RgbImage::new(side, side)
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
        .unwrap();
    bytes
}

/// An instance whose settings file says a name and a colour.
async fn acme() -> TestApp {
    let mut config = Config::default();
    config.branding.name = "Acme".to_owned();
    config.branding.accent = Some(Accent::parse("#112233").unwrap());
    for name in ["branding.name", "branding.accent"] {
        config.sources.insert(name.to_owned(), SettingSource::File("postern.toml".into()));
    }
    testing::app_with(config).await
}

async fn last_act(app: &App) -> (serde_json::Value, serde_json::Value) {
    let paging = Paging { limit: 100, cursor: None };
    let events = audit::list(app, &Actor::operator(), &audit::Filter::default(), &paging).await.unwrap();
    let act = events.items.into_iter().find_map(|event| match event {
        Event::Act(act) if act.action == Action::INSTANCE_BRANDING_CHANGED => Some(act),
        _ => None,
    });
    let act = act.unwrap();
    (act.before.unwrap(), act.after.unwrap())
}

#[tokio::test]
async fn the_console_wins_over_the_settings_and_these_over_the_default() {
    let plain = testing::app().await;
    plain.see_brand().await;
    let brand = plain.brand();
    assert_eq!((brand.name.as_str(), &brand.accent, brand.logo_path()), ("Postern", &None, None));
    assert_eq!(brand.sources, BrandSources { name: None, accent: None, logo: None });

    let app = acme().await;
    let file = Some(SettingSource::File("postern.toml".into()));
    assert_eq!(app.brand().sources.name, file);
    let brand = changed(&app, &set("  Blue “Door” <b>  ")).await;
    assert_eq!(brand.name, "Blue “Door” <b>");
    assert_eq!((&brand.sources.name, &brand.sources.accent), (&Some(SettingSource::Console), &file));
    let brand = changed(&app, &coloured("AABBCC")).await;
    assert_eq!(brand.accent.as_ref().map(Accent::as_str), Some("#aabbcc"));
    assert_eq!(brand.name, "Blue “Door” <b>", "the other one stays");
    assert_eq!(*app.brand(), *brand);

    let back = BrandChange { name: Some(None), accent: Some(None) };
    let brand = changed(&app, &back).await;
    assert_eq!((brand.name.as_str(), brand.accent.as_ref().map(Accent::as_str)), ("Acme", Some("#112233")));
    assert_eq!((&brand.sources.name, &brand.sources.accent), (&file, &file));
}

#[tokio::test]
async fn what_is_as_the_settings_say_can_be_held_against_them() {
    let app = acme().await;
    assert_eq!(changed(&app, &set("Acme")).await.sources.name, Some(SettingSource::Console));
    let (before, after) = last_act(&app).await;
    assert_eq!(before, json!({ "set_in_console": [] }));
    assert_eq!(after, json!({ "set_in_console": ["name"] }));
}

#[tokio::test]
async fn what_is_no_name_and_no_colour_changes_nothing() {
    let app = acme().await;
    let long = "x".repeat(101);
    for name in ["", "  ", "two\nlines", "turned\u{202e}round", "nothing\u{200b}seen", "nul\0", &long] {
        let refused = change(&app, &Actor::operator(), &set(name)).await.unwrap_err();
        assert!(fields(refused).of("name").is_some(), "{name:?}");
    }
    for accent in ["red", "#fff", "#1122334", "#33669g", "336699}body{display:none", "url(x)", "ééé"] {
        let both = BrandChange { accent: Some(Some(accent.to_owned())), ..set("Fine") };
        let errors = fields(change(&app, &Actor::operator(), &both).await.unwrap_err());
        assert!(errors.of("accent").is_some() && errors.of("name").is_none(), "{accent:?}");
    }
    assert_eq!(settings::list(&app.db, "branding.").await.unwrap(), []);
    assert_eq!(app.brand().name, "Acme");
}

#[tokio::test]
async fn a_logo_is_made_here_and_replaces_the_one_before() {
    let app = acme().await;
    let operator = Actor::operator();
    let first = set_logo(&app, &operator, picture(4)).await.unwrap().logo.clone().unwrap();
    let served = logo::find(&app, &first).await.unwrap();
    assert_eq!((served.digest.as_str(), served.content_type.as_str()), (first.as_str(), "image/png"));
    assert!(served.bytes.starts_with(b"\x89PNG"));
    for other in [first.to_uppercase(), format!("{first}0"), String::new(), "%".repeat(64), "_".repeat(64)] {
        assert_eq!(logo::find(&app, &other).await.unwrap_err().code, ErrorCode::NotFound, "{other}");
    }
    let brand = set_logo(&app, &operator, picture(5)).await.unwrap();
    assert_eq!(brand.sources.logo, Some(SettingSource::Console));
    assert!(logo::find(&app, &first).await.is_err(), "nothing of the old one is left");
    assert_eq!(settings::list(&app.db, "logo.").await.unwrap().len(), 1);
    let (before, after) = last_act(&app).await;
    assert_eq!((&before["logo"], &after["logo"]), (&json!(first), &json!(brand.logo)));

    let brand = remove_logo(&app, &operator).await.unwrap();
    assert_eq!((brand.logo_path(), &brand.sources.logo), (None, &None));
    assert_eq!(settings::list(&app.db, "logo.").await.unwrap(), []);
    assert_eq!(settings::list(&app.db, "branding.").await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_picture_is_no_logo() {
    let app = testing::app().await;
    let operator = Actor::operator();
    let kept = set_logo(&app, &operator, picture(4)).await.unwrap();
    let large = vec![0; logo::MAX_LOGO_BYTES + 1];
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    for upload in [Vec::new(), svg, html, b"GIF89a".to_vec(), b"\x89PNG\r\n\x1a\n".to_vec(), large] {
        let refused = set_logo(&app, &operator, upload).await.unwrap_err();
        assert!(fields(refused).of("logo").is_some());
    }
    let mut polyglot = picture(6);
    polyglot.extend_from_slice(b"<script>alert(1)</script>");
    assert_eq!(app.brand().logo, kept.logo);
    let made = set_logo(&app, &operator, polyglot).await.unwrap().logo.clone().unwrap();
    let made = logo::find(&app, &made).await.unwrap();
    assert!(!made.bytes.windows(8).any(|window| window == b"<script>"));
}

#[tokio::test]
async fn only_who_administers_the_instance_changes_it() {
    let app = testing::app().await;
    let ada = Arc::new(testing::user(&app, "ada").await);
    let ada = Actor::signed_in(&app, &ada);
    let refused = |refusal| matches!(refusal, FormRefusal::Refused(_));
    assert!(refused(change(&app, &ada, &set("Mine")).await.unwrap_err()));
    assert!(refused(set_logo(&app, &ada, picture(4)).await.unwrap_err()));
    assert_eq!(remove_logo(&app, &ada).await.unwrap_err().code, ErrorCode::InsufficientScope);
}

#[tokio::test]
async fn another_node_sees_it_within_a_second() {
    let here = acme().await;
    let url = format!("sqlite://{}/postern.db", here.folder().display());
    let db = Db::connect(&url).await.unwrap();
    db.watch_epochs().await.unwrap();
    let key = SecretKey::new(&[7; 32]).unwrap();
    let there = App::new(db, here.config.clone(), key, Arc::new(SystemClock), Arc::new(SystemRng));
    there.see_brand().await;
    assert_eq!(there.brand().name, "Acme");
    changed(&here, &set("Elsewhere")).await;
    let since = Instant::now();
    while there.brand().name != "Elsewhere" {
        assert!(since.elapsed() < Duration::from_secs(1), "after a second: {}", there.brand().name);
        tokio::time::sleep(Duration::from_millis(20)).await;
        there.see_brand().await;
    }
    here.see_brand().await;
    assert_eq!(here.brand().name, "Elsewhere");
}

#[tokio::test]
async fn whatever_names_the_instance_says_what_is_in_effect() {
    let app = acme().await;
    changed(&app, &set("Door: North")).await;
    assert!(app.resource_metadata().contains(r#""resource_name":"Door: North""#));
    let all = crate::administration::settings(&app, &Actor::operator()).await.unwrap();
    let name = all.iter().find(|setting| setting.name == "branding.name").unwrap();
    assert_eq!((&name.value, &name.source), (&json!("Door: North"), &Some(SettingSource::Console)));
    let mut weak = testing::new_user("bob");
    weak.password = Some(postern_domain::Plain::new("Door: North1".to_owned()));
    let refused = crate::users::create(&app, &weak, crate::users::Standing::default()).await.unwrap_err();
    assert!(fields(refused).of("password").is_some());
    let documentation = crate::docs_client::ensure(&app).await.unwrap();
    assert_eq!(documentation.metadata.name.as_str(), "Door: North API documentation");
    changed(&app, &set(&"x".repeat(100))).await;
    let documentation = crate::docs_client::ensure(&app).await.unwrap();
    assert!(documentation.metadata.name.as_str().starts_with("xxx"));
}
