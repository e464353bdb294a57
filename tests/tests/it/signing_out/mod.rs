//! What apps are told when a session ends.

mod back_channel;
mod front_channel;
mod receiver;

use postern_tests::{Browser, Person};

/// Signs somebody in beside whoever is signed in in this browser.
async fn sign_in_too(browser: &Browser, person: &Person) {
    let page = browser.open("/login?other=1").await.expect(200);
    let _ = browser.fill_sign_in(&page, &person.username, &person.password).await.expect(200);
}
