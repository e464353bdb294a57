mod smtp;

use std::path::Path;

use postern_domain::{Email, Lifetime, PersonName, Plain, Refusal, Role};

use super::*;
use crate::testing::{TestApp, app_with};
use crate::{App, Config};

fn render(_: &App, letter: &Letter) -> Result<Rendered, Refusal> {
    let Mail::Invitation(invitation) = &letter.mail else {
        return Err(Refusal::server_error("no template"));
    };
    Ok(Rendered {
        subject: format!("Join {}\r\nBcc: eve@evil.example", invitation.organization),
        text: format!("Hello\n{}\n", invitation.path()),
        html: "<p>Hello</p>".to_owned(),
    })
}

fn invitation(app: &App) -> Mail {
    let name = |text| PersonName::parse(text).unwrap();
    let (link, end) = (Plain::new("a+b&c".to_owned()), app.clock.now());
    Mail::Invitation(InvitationMail::new(name("Acme"), Some(name("Ada")), Role::Member, &link, end))
}

async fn app_into(folder: &Path) -> TestApp {
    let mut config = Config::default();
    config.mail.directory = folder.join("mails");
    app_with(config).await
}

async fn queued(app: &App, to: Recipient, mail: Mail) -> Outgoing {
    let mail = prepare(app, to, mail).unwrap();
    let write = app
        .db
        .write(mail.clone(), |tx, mail| Box::pin(async move { Ok::<_, Refusal>(queue(tx, mail).await?) }));
    write.await.unwrap();
    mail
}

fn to(name: &str) -> Recipient {
    let name = Some(PersonName::parse(name).unwrap());
    Recipient { email: Email::parse("bob@example.com").unwrap(), name, locale: None }
}

fn files(app: &App) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(&app.config.mail.directory) else { return Vec::new() };
    folder.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn a_mail_is_sent_once_and_no_name_adds_a_header() {
    let folder = tempfile::tempdir().unwrap();
    let app = app_into(folder.path()).await;
    queued(&app, to("Bob \"B\" <x@evil.example>, c@evil.example"), invitation(&app)).await;
    let delivery = Delivery::of(&app.config).unwrap();
    assert_eq!(pass(&app, &delivery, render).await.unwrap(), 1);
    assert_eq!(pass(&app, &delivery, render).await.unwrap(), 0);
    let [mail] = files(&app).try_into().unwrap();
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let lines: Vec<&str> = head.lines().collect();
    assert!(lines.contains(&"From: Postern <no-reply@localhost>"), "{head}");
    assert!(lines.contains(&"Subject: Join Acme  Bcc: eve@evil.example"), "{head}");
    assert!(lines.contains(&"Auto-Submitted: auto-generated"), "{head}");
    assert!(lines.contains(&"Date: Fri, 15 Jan 2027 08:00:00 +0000"), "{head}");
    let receivers: Vec<_> = lines.iter().filter(|line| line.starts_with("To:")).collect();
    let [receiver] = receivers.try_into().unwrap();
    assert!(receiver.ends_with("?= <bob@example.com>") && !receiver.contains("evil"), "{receiver}");
    assert!(!lines.iter().any(|line| line.starts_with("Bcc:") || line.starts_with("Cc:")), "{head}");
    assert!(body.contains("/organizations/join?invitation=a%2Bb%26c"), "{body}");
}

#[tokio::test]
async fn what_waits_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let app = app_into(folder.path()).await;
    queued(&app, to("Bob"), invitation(&app)).await;
    let stored = postern_storage::mails::due(&app.db, app.clock.now(), 9).await.unwrap();
    assert!(!String::from_utf8_lossy(&stored[0].data).contains("a+b"));
    assert!(!format!("{:?}", invitation(&app)).contains("a+b"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_again_and_given_up_at_last() {
    let folder = tempfile::tempdir().unwrap();
    let app = app_into(folder.path()).await;
    queued(&app, to("Bob"), invitation(&app)).await;
    let nowhere = Delivery::Directory("/dev/null/mails".into());
    assert_eq!(pass(&app, &nowhere, render).await.unwrap(), 1);
    assert_eq!(pass(&app, &nowhere, render).await.unwrap(), 0);
    for tried in 2..=8 {
        app.advance(Lifetime::days(1));
        assert_eq!(pass(&app, &nowhere, render).await.unwrap(), 1, "{tried}");
    }
    app.advance(Lifetime::days(1));
    assert_eq!(pass(&app, &Delivery::of(&app.config).unwrap(), render).await.unwrap(), 0);
    assert!(files(&app).is_empty());
}

#[tokio::test]
async fn a_mail_whose_change_does_not_happen_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let app = app_into(folder.path()).await;
    let mail = prepare(&app, to("Bob"), invitation(&app)).unwrap();
    let write: Result<(), Refusal> = app
        .db
        .write(mail, |tx, mail| {
            Box::pin(async move {
                queue(tx, mail).await?;
                Err(Refusal::conflict("no"))
            })
        })
        .await;
    assert!(write.is_err());
    assert_eq!(pass(&app, &Delivery::of(&app.config).unwrap(), render).await.unwrap(), 0);
}

#[test]
fn a_password_is_not_sent_in_the_clear() {
    let of = |url: &str| {
        let mut config = Config::default();
        config.mail.smtp_url = Some(url.into());
        Delivery::of(&config)
    };
    for url in
        ["http://mail.example", "mail.example", "smtp://u:p@mail.example?tls=none", "smtp://a?tls=maybe"]
    {
        assert!(of(url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn servers_that_can_be_used() {
    for url in [
        "smtps://u:p@mail.example",
        "smtp://u:p@mail.example:2525",
        "smtp://mail.example?tls=none",
        "smtp://u:p@localhost:1025",
        "smtp://u:p@127.0.0.1:1025",
        "smtp://[::1]",
    ] {
        let mut config = Config::default();
        config.mail.smtp_url = Some(url.into());
        assert!(Delivery::of(&config).is_ok(), "{url}");
    }
}

#[test]
fn whom_mails_come_from() {
    let from = |url: &str, from: Option<&str>| {
        let mut config = Config { public_url: url.parse().unwrap(), ..Config::default() };
        config.mail.from = from.map(str::to_owned);
        sender(&config, "Postern").map(|from| from.to_string()).ok()
    };
    assert_eq!(from("https://id.acme.example", None).unwrap(), "Postern <no-reply@id.acme.example>");
    assert_eq!(from("http://127.0.0.1:8080", None).unwrap(), "Postern <no-reply@[127.0.0.1]>");
    assert_eq!(from("http://[::1]:8080", None).unwrap(), "Postern <no-reply@[IPv6:::1]>");
    assert_eq!(
        from("https://id.acme.example", Some("Acme <a@acme.example>")).unwrap(),
        "Acme <a@acme.example>"
    );
    assert_eq!(from("https://id.acme.example", Some("Acme")), None);
}
