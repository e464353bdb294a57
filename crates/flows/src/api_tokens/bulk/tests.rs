use postern_domain::ErrorCode;

use super::*;
use crate::Paging;
use crate::api_tokens::{NewToken, TokenDraft, list, make};
use crate::audit::{Filter as AuditFilter, list as audited};
use crate::testing::{self, TestApp};

async fn make_some(app: &TestApp, owner: Owner, name: &str, count: usize) {
    for number in 0..count {
        let draft = TokenDraft { name: format!("{name} {number}"), ..TokenDraft::default() };
        make(app, &Actor::operator(), NewToken { owner, draft }).await.unwrap();
    }
}

fn named(app: &TestApp, query: &str) -> Bulk {
    let filter = Filter { query: Some(query.into()), ..Filter::default() };
    Bulk { filter, made_until: app.clock.now() }
}

#[tokio::test]
async fn what_a_preview_tells_of_ends_and_nothing_else() {
    let app = testing::app().await;
    let (ada, bob) = (testing::user(&app, "ada").await, testing::user(&app, "bob").await);
    make_some(&app, Owner::User(ada.id), "leaked", 5).await;
    make_some(&app, Owner::User(bob.id), "leaked", 2).await;
    make_some(&app, Owner::User(bob.id), "other", 1).await;
    let operator = Actor::operator();
    let bulk = named(&app, "LEAKED");
    let seen = preview(&app, &operator, &bulk).await.unwrap();
    assert_eq!((seen.total, seen.owners, seen.never_used, seen.has_more), (7, 2, 7, false));
    assert_eq!((seen.largest[0].owner, seen.largest[0].tokens), (Owner::User(ada.id), 5));
    // What is made after the preview stays.
    app.advance(Lifetime::seconds(5));
    make_some(&app, Owner::User(bob.id), "leaked later", 1).await;
    assert_eq!(revoke_matching(&app, &operator, &bulk).await.unwrap(), 7);
    assert_eq!(revoke_matching(&app, &operator, &bulk).await.unwrap(), 0);
    let live = Filter { state: Some(State::Active), ..Filter::default() };
    let left = list(&app, &operator, List::Everybody, &live, &Paging::first()).await.unwrap();
    let mut names: Vec<_> = left.items.iter().map(|token| token.api().unwrap().name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["leaked later 0", "other 0"]);
    let acts = AuditFilter { action: Some(Action::TOKEN_REVOKED), ..AuditFilter::default() };
    assert_eq!(audited(&app, &operator, &acts, &Paging::first()).await.unwrap().items.len(), 7);
}

#[tokio::test]
async fn by_owner_by_id_and_by_use() {
    let app = testing::app().await;
    let ada = testing::user(&app, "ada").await;
    make_some(&app, Owner::User(ada.id), "one", 2).await;
    let operator = Actor::operator();
    assert_eq!(preview(&app, &operator, &named(&app, "ada@example.com")).await.unwrap().total, 2);
    let all = list(&app, &operator, List::Everybody, &Filter::default(), &Paging::first()).await.unwrap();
    let id = all.items[0].id;
    let by_id = Filter { query: Some(id.to_string()), ..Filter::default() };
    let found = list(&app, &operator, List::Everybody, &by_id, &Paging::first()).await.unwrap();
    assert_eq!(found.items.iter().map(|token| token.id).collect::<Vec<_>>(), [id]);
    let unused = Filter { unused_for: Some(Lifetime::days(30)), ..Filter::default() };
    let unused = Bulk { filter: unused, made_until: app.clock.now() };
    assert_eq!(preview(&app, &operator, &unused).await.unwrap().total, 2);
}

#[tokio::test]
async fn everything_at_once_and_others_are_refused() {
    let app = testing::app().await;
    let ada = std::sync::Arc::new(testing::user(&app, "ada").await);
    let all = named(&app, " ");
    let refused = preview(&app, &Actor::operator(), &all).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
    let nobody = Actor::signed_in(&app, &ada);
    let refused = revoke_matching(&app, &nobody, &named(&app, "x")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope);
}
