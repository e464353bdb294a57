//! Access to one organization instead of a person: `sub_type=organization`.

use postern_tests::{
    Answer, Authorization, Browser, Instance, OAuthClient, Registration, Tokens, on_both_databases, unique,
};
use serde_json::{Value, json};

const SCOPE: &str = "openid profile email organizations:read customers:write";

/// An organization with this owner.
fn organization(instance: &Instance, owner: &str) -> (String, String) {
    let slug = unique("acme");
    let made =
        instance.cli(&["org", "create", "--slug", &slug, "--name", "Acme Labs", "--owner", owner]).json();
    assert_eq!(made["slug"], slug.as_str(), "{made}");
    (made["id"].as_str().expect("an id").to_owned(), slug)
}

fn client(instance: &Instance) -> OAuthClient {
    instance
        .client(&Registration::confidential().scope(&format!("{SCOPE} customers:read user:read")))
        .asking(SCOPE)
}

fn request(client: &OAuthClient) -> Authorization {
    client.authorization().with("sub_type", "organization")
}

fn is_choice(page: &Answer) -> bool {
    page.text().contains("name=\"organization_id\"")
}

/// Chooses on the page of choices and allows what is asked then.
async fn tokens(client: &OAuthClient, browser: &Browser, organization: &str) -> Tokens {
    let request = request(client);
    let page = browser.open(&request.target()).await.expect(200);
    assert!(is_choice(&page), "{page:?}");
    let form = page.form("continue").fill("organization_id", organization).press("continue");
    let consent = browser.submit(&page, &form).await.expect(200);
    assert!(consent.text().contains("Acme Labs"), "{consent:?}");
    let callback = browser.finish(consent, "allow").await;
    Tokens::read(&client.redeem(callback.code(), request.verifier.as_deref()).await)
}

fn member(instance: &Instance, slug: &str, user: &str, role: &str) {
    let result = instance.cli(&["org", "member", "add", slug, user, "--role", role]);
    assert_eq!(result.code, 0, "{result:?}");
}

on_both_databases! {
    async fn tokens_speak_for_the_chosen_organization(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let (id, slug) = organization(instance, &person.username);
        let client = client(instance);
        let tokens = tokens(&client, &browser, &id).await;
        assert_eq!(tokens.answer["scope"], "customers:read customers:write email openid organizations:read profile");
        let said = client.introspect(&tokens.access).await.expect(200).json();
        assert_eq!((&said["sub"], &said["sub_type"]), (&json!(id), &json!("organization")));
        assert_eq!(said.get("username"), None, "{said}");
        let claims = client.userinfo(&tokens.access).await.expect(200).json();
        assert_eq!(claims, json!({ "sub": id, "sub_type": "organization", "name": "Acme Labs" }));
        let newer = Tokens::read(&client.refresh(&tokens.refresh).await);
        let said: Value = client.introspect(&newer.access).await.expect(200).json();
        assert_eq!(said["sub"], id.as_str());
        // The choice is kept, also where no page may be shown.
        for prompt in ["", "none"] {
            let again = request(&client).with("prompt", prompt);
            let answer = browser.open(&again.target()).await;
            let callback = browser.finish(answer, "allow").await;
            let tokens = Tokens::read(&client.redeem(callback.code(), again.verifier.as_deref()).await);
            let said = client.introspect(&tokens.access).await.expect(200).json();
            assert_eq!(said["sub"], id.as_str());
        }
        // And says nothing about the person, who is asked for themselves.
        let own = browser.open(&client.asking("openid").authorization().target()).await.expect(200);
        assert!(!is_choice(&own) && own.text().contains("value=\"allow\""), "{own:?}");
        // An organization's name is in its pages.
        assert!(browser.open(&format!("/organizations/{slug}/overview")).await.expect(200).text().contains("Acme Labs"));
    }

    async fn who_may_not_speak_for_it_sees_why(instance: &Instance) {
        let (owner, person) = (instance.person(), instance.person());
        let browser = instance.browser_of(&person).await;
        let (id, slug) = organization(instance, &owner.username);
        member(instance, &slug, &person.username, "member");
        let client = client(instance);
        let page = browser.open(&request(&client).target()).await.expect(200);
        assert!(page.text().contains("An owner or an admin has to allow it"), "{page:?}");
        let quiet = request(&client).with("prompt", "none");
        assert_eq!(browser.authorize(&quiet).await.get("error"), "interaction_required");
        let wrong = request(&client).with("scope", "openid user:read");
        assert_eq!(browser.authorize(&wrong).await.get("error"), "invalid_scope");
        member(instance, &slug, &person.username, "admin");
        let tokens = tokens(&client, &browser, &id).await;
        assert!(client.is_active(&tokens.access).await);
        // Losing the role ends it.
        let on_owners = instance.browser_of(&owner).await;
        let page = on_owners.open(&format!("/organizations/{slug}/members")).await.expect(200);
        let token = page.form(&format!("/organizations/{slug}/members"));
        let token = token.value("form_token").expect("a form token").to_owned();
        let form = [("action", "remove"), ("user_id", person.id.as_str()), ("form_token", token.as_str())];
        let path = format!("/organizations/{slug}/members");
        let removed = on_owners.send(postern_tests::Request::post(path.as_str()).form(form.to_vec())).await;
        assert_eq!(removed.status, 303, "{removed:?}");
        assert!(!client.is_active(&tokens.access).await);
        client.refresh(&tokens.refresh).await.assert_refused(400, "invalid_grant");
        assert_eq!(browser.open(&path).await.status, 404);
    }

    async fn a_client_may_belong_to_an_organization(instance: &Instance) {
        let (owner, member_of_it) = (instance.person(), instance.person());
        let (_, slug) = organization(instance, &owner.username);
        member(instance, &slug, &member_of_it.username, "member");
        let client = instance.client(&Registration::confidential().with(&["--owner-org", &slug]));
        let on_owners = instance.browser_of(&owner).await;
        let list = format!("/organizations/{slug}/clients");
        assert!(on_owners.open(&list).await.expect(200).text().contains(&client.id));
        let _ = on_owners.open(&format!("/developer/clients/{}", client.id)).await.expect(200);
        let on_members = instance.browser_of(&member_of_it).await;
        assert_eq!(on_members.open(&list).await.status, 403);
        assert_eq!(on_members.open(&format!("/developer/clients/{}", client.id)).await.status, 404);
        let page = on_members.open(&client.authorization().target()).await.expect(200);
        assert!(page.text().contains("Acme Labs"), "the publisher: {page:?}");
    }
}
