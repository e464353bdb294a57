use postern_domain::{Email, LanguageTag, OwnPath, PersonName, Plain, Role, Slug, TokenId, Username};
use postern_flows::mail::{
    AccountEnd, ChangedEmail, ChangedFactor, ChangedPassword, FactorChange, ImpersonatedMail, NewDevice,
    PasswordChange, Recipient, RecoveryMail,
};
use uuid::Uuid;

use super::*;
use crate::testing::TestServer;

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn letter(mail: Mail, now: Timestamp) -> Letter {
    let to =
        Recipient { email: Email::parse("bob@example.com").unwrap(), name: Some(name("Bob")), locale: None };
    Letter { to, mail, now }
}

fn token(organization: Option<&str>) -> TokenFacts {
    let named = |slug| (name("Acme <b>Labs</b>"), Slug::parse(slug).unwrap());
    TokenFacts {
        id: TokenId(Uuid::nil()),
        name: name("<img src=x onerror=alert(1)>"),
        hint: "postern_pat_…x7Kq".to_owned(),
        organization: organization.map(named),
    }
}

#[tokio::test]
async fn links_are_of_the_public_url_and_names_are_inert() {
    let server = TestServer::at("https://id.acme.example").await;
    let now = server.clock.now();
    let invitation = InvitationMail::new(
        name("<script>alert(1)</script>"),
        Some(name("Ada & co")),
        Role::Admin,
        &Plain::new("abc".to_owned()),
        now,
    );
    let of = |organization| RevokedToken {
        token: token(organization),
        by: None,
        by_administrator: false,
        at: now,
    };
    let ends = TokenEnds { token: token(None), expires_at: now, last_used_at: None };
    let made = MadeToken {
        token: token(None),
        by: Some(name("Grace")),
        everything: false,
        scopes: 1,
        expires_at: None,
    };
    let leaked = LeakedToken {
        token: token(Some("acme")),
        found_at: Some("https://git.example/<b>\r\nBcc: x".to_owned()),
        reporter: None,
        at: now,
        last_used_at: Some(now),
        last_used_from: None,
    };
    let verification = VerificationMail::new(&Plain::new("abc".to_owned()), &OwnPath::home(), now);
    let username = Username::parse("ada").unwrap();
    let changed = ChangedPassword {
        username: username.clone(),
        how: PasswordChange::Known,
        at: now,
        address: Some(std::net::Ipv4Addr::LOCALHOST.into()),
    };
    let device = NewDevice {
        username: username.clone(),
        user_agent: "<script>/1.0\r\nBcc: x".to_owned(),
        address: "203.0.113.7".to_owned(),
        at: now,
    };
    let factor = ChangedFactor {
        username: username.clone(),
        change: FactorChange::CodeUsed { left: 3 },
        at: now,
        address: None,
    };
    let moved = ChangedEmail { username: username.clone(), at: now, address: None };
    let leaving = AccountEnd { username: username.clone(), deletes_at: Some(now), at: now, address: None };
    let acting = ImpersonatedMail {
        username: username.clone(),
        by: PersonName::parse("<b>Grace</b>").unwrap(),
        by_username: Username::parse("grace").unwrap(),
        reason: "<script>".to_owned(),
        at: now,
        until: now,
    };
    let recovery = RecoveryMail::new(username, &Plain::new("abc".to_owned()), now);
    for (mail, link) in [
        (Mail::AccountMade(recovery.clone()), "/recover/password?recovery=abc"),
        (Mail::Recovery(recovery), "/recover/password?recovery=abc"),
        (Mail::PasswordChanged(changed), "/recover"),
        (Mail::FactorChanged(factor), "/settings/security"),
        (Mail::EmailChanged(moved), "/settings/profile"),
        (Mail::AccountEnd(leaving), "/settings/account"),
        (Mail::NewDevice(device), "/settings/sessions"),
        (Mail::Impersonated(acting), "/settings/sessions"),
        (Mail::Verification(verification), "/settings/profile/email?verification=abc"),
        (Mail::Invitation(invitation), "/organizations/join?invitation=abc"),
        (Mail::TokenEnding(ends), "/settings/tokens/00000000-0000-0000-0000-000000000000/renew"),
        (Mail::TokenRevoked(of(Some("acme"))), "/organizations/acme/tokens"),
        (Mail::TokenRevoked(of(None)), "/settings/tokens"),
        (Mail::TokenMadeForYou(made), "/settings/tokens/00000000-0000-0000-0000-000000000000"),
        (Mail::LeakedTokenRevoked(leaked), "/organizations/acme/tokens/new"),
    ] {
        let rendered = render_mail(&server.app, &letter(mail, now)).unwrap();
        let link = format!("https://id.acme.example{link}");
        assert!(rendered.text.contains(&link), "{}", rendered.text);
        assert!(rendered.html.contains(&link), "{}", rendered.html);
        for hostile in ["<script>", "<img", "<b>"] {
            assert!(!rendered.html.contains(hostile), "{}", rendered.html);
        }
        assert!(!rendered.text.contains("\nBcc:"), "{}", rendered.text);
        assert!(!rendered.subject.contains('\n'));
    }
}

#[tokio::test]
async fn mails_are_in_the_language_of_who_gets_them() {
    let server = TestServer::at("https://id.acme.example").await;
    let now = server.clock.now();
    let ends = TokenEnds { token: token(None), expires_at: now, last_used_at: None };
    let mut letter = letter(Mail::TokenEnding(ends), now);
    for (locale, language, greeting) in [
        (Some("de-CH"), "de", "Guten Tag Bob,"),
        (Some("tlh"), "en", "Hello Bob,"),
        (None, "en", "Hello Bob,"),
    ] {
        letter.to.locale = locale.map(|tag| LanguageTag::parse(tag).unwrap());
        let rendered = render_mail(&server.app, &letter).unwrap();
        assert!(rendered.text.starts_with(greeting), "{}", rendered.text);
        assert!(rendered.html.contains(&format!("<html lang=\"{language}\">")), "{}", rendered.html);
        assert_eq!(rendered.subject.starts_with("Ihr Token"), language == "de", "{}", rendered.subject);
    }
}
