use std::sync::Arc;

use postern_domain::audit::{Call, CallVerdict, EventId, Place};
use postern_domain::{ErrorCode, InstanceRight, Lifetime, TokenKind, User};

use super::*;
use crate::api_tokens::{self, NewToken, Owner, Token, TokenDraft};
use crate::testing::{self, HERE, TestApp, new_user};
use crate::users::{self, Standing};
use crate::{Actor, audit};

struct World {
    app: TestApp,
    ada: Arc<User>,
    token: Token,
}

impl World {
    async fn new(limits: &str) -> Self {
        let app = testing::app().await;
        let ada = person(&app, "ada", &[]).await;
        let draft =
            TokenDraft { name: "Import".to_owned(), limits: limits.to_owned(), ..TokenDraft::blank() };
        let new = NewToken { owner: Owner::User(ada.id), draft };
        let made = api_tokens::make(&app, &Actor::signed_in(&app, &ada), new).await.unwrap();
        Self { app, ada, token: made.token }
    }

    fn ada(&self) -> Actor {
        Actor::signed_in(&self.app, &self.ada)
    }

    /// A call that was let through, by a line if one is said.
    fn passed(&self, method: &str, url: &str, line: Option<u32>) -> EventId {
        self.call(method, url, CallVerdict::Allowed, None, line)
    }

    fn refused(&self, method: &str, url: &str, reason: &'static str) -> EventId {
        self.call(method, url, CallVerdict::Refused, Some(reason), None)
    }

    fn call(
        &self,
        method: &str,
        url: &str,
        verdict: CallVerdict,
        reason: Option<&'static str>,
        line: Option<u32>,
    ) -> EventId {
        let at = self.app.clock.now();
        let id = self.app.new_event_id(at);
        self.app.audit.call(Call {
            id,
            at,
            place: Place::Guard,
            token_id: self.token.id,
            kind: TokenKind::Personal,
            user_id: Some(self.ada.id),
            acting_for: None,
            client_id: None,
            organization_id: None,
            address: HERE,
            method: method.to_owned(),
            url: format!("https://a.example{url}"),
            status: if reason.is_some() { 403 } else { 200 },
            verdict,
            reason: reason.map(Into::into),
            line,
            latency_us: 5,
        });
        id
    }

    async fn replayed(&self, limits: Option<&str>) -> Replay {
        audit::flush(&self.app).await.unwrap();
        let replayed = replay(&self.app, &self.ada(), self.token.id, limits, Span::Week).await;
        replayed.unwrap().1.unwrap()
    }

    async fn learned(&self) -> Learned {
        audit::flush(&self.app).await.unwrap();
        learn(&self.app, &self.ada(), self.token.id, Span::Week, false).await.unwrap().1
    }

    async fn change_limits(&self, limits: &str) {
        let draft = TokenDraft { limits: limits.to_owned(), ..TokenDraft::of(&self.token) };
        let change = api_tokens::plan(&self.app, &self.ada(), self.token.id, &draft).await.unwrap();
        api_tokens::save(&self.app, change).await.unwrap();
    }
}

async fn person(app: &TestApp, name: &str, rights: &[InstanceRight]) -> Arc<User> {
    let standing = Standing { rights: rights.iter().copied().collect(), ..Standing::default() };
    Arc::new(users::create(app, &new_user(name), standing).await.unwrap())
}

fn brief(shapes: &Shapes) -> Vec<(String, u64, String)> {
    let shape = |it: &CallShape| (format!("{} {}", it.method, it.shape), it.calls, it.reason.to_string());
    shapes.shapes.iter().map(shape).collect()
}

fn row(shape: &str, calls: u64, reason: &str) -> (String, u64, String) {
    (shape.replace(" /", " https://a.example/"), calls, reason.to_owned())
}

#[tokio::test]
async fn calls_are_replayed_with_other_limits() {
    let limits = "[get].*/projects.*\n[post].*/filter[JsonData::editable==false]";
    let world = World::new(limits).await;
    for path in ["/projects/1", "/projects/2", "/projects/2/tasks"] {
        world.passed("GET", path, Some(1));
    }
    world.passed("POST", "/filter", Some(2));
    world.refused("POST", "/filter", "outside_limits");
    world.refused("DELETE", "/projects/7", "outside_limits");
    world.refused("GET", "/projects/7", "insufficient_scope");
    world.call("PUT", "/projects/9", CallVerdict::ReportOnly, Some("outside_limits"), None);
    let same = world.replayed(None).await;
    // The line that let the filter pass is still there, whatever it held.
    assert_eq!((same.passes_again, same.refused_otherwise), (4, 1));
    assert_eq!(brief(&same.fails), [row("PUT /projects/9", 1, "line 1: its methods don't include PUT")]);
    assert_eq!(same.fails.shapes[0].reported, 1);
    let depends = "depends on the body, which is not kept";
    assert_eq!(brief(&same.open), [row("POST /filter", 1, depends)]);
    assert_eq!(brief(&same.refused_again).len(), 1);
    assert!(same.passes.shapes.is_empty());

    let other = world.replayed(Some("[get,delete].*/projects/[0-9]")).await;
    assert_eq!(other.passes_again, 2);
    assert_eq!(brief(&other.passes), [row("DELETE /projects/7", 1, "line 1 lets it pass")]);
    let fails = brief(&other.fails);
    assert!(fails.contains(&row("GET /projects/2/tasks", 1, "line 1: its URL does not match")), "{fails:?}");
    assert_eq!(other.fails.calls, 3);
    let none = world.replayed(Some("")).await;
    assert_eq!((none.passes_again, none.passes.calls, none.fails.calls), (5, 2, 0));
    let wrong = replay(&world.app, &world.ada(), world.token.id, Some("("), Span::Day).await.unwrap().1;
    assert_eq!(wrong.unwrap_err().0[0].field, "limits");
}

#[tokio::test]
async fn what_was_called_before_the_limits_changed_says_nothing_of_them() {
    let world = World::new("[post].*/filter[JsonData::a==1]").await;
    world.passed("POST", "/filter", Some(1));
    assert_eq!(world.replayed(None).await.passes_again, 1);
    world.app.advance(Lifetime::seconds(5));
    world.change_limits("[post].*/filter[JsonData::a==2]").await;
    assert_eq!(world.replayed(None).await.open.calls, 1);
    world.app.advance(Lifetime::seconds(5));
    world.passed("POST", "/filter", Some(1));
    let now = world.replayed(None).await;
    assert_eq!((now.passes_again, now.open.calls), (1, 1));
    world.app.advance(Lifetime::days(8));
    assert_eq!(world.replayed(None).await.passes_again, 0);
}

#[tokio::test]
async fn limits_are_learned() {
    let world = World::new("").await;
    let nothing = world.learned().await;
    assert!(nothing.lines.is_empty() && nothing.calls == 0 && nothing.replay.is_none());
    for id in [1, 2, 2] {
        world.passed("GET", &format!("/projects/{id}"), None);
    }
    world.passed("POST", "/…/x", None);
    world.refused("DELETE", "/projects/1", "insufficient_scope");
    world.refused("DELETE", "/projects/1", "outside_limits");
    let learned = world.learned().await;
    assert_eq!(learned.text(), r"[get]https://a\.example/projects/[0-9]+");
    assert_eq!((learned.calls, learned.lines[0].calls), (4, 3));
    assert_eq!(learned.lines[0].examples.len(), 2);
    let replay = learned.replay.unwrap();
    assert_eq!((replay.passes_again, replay.refused_again.calls, replay.fails.calls), (3, 1, 1));
}

#[tokio::test]
async fn a_refusal_is_explained() {
    let world = World::new("[get].*/a\n[post].*/b[JsonData::x==1]").await;
    let id = world.refused("GET", "/b", "outside_limits");
    let open = world.refused("POST", "/b", "outside_limits");
    audit::flush(&world.app).await.unwrap();
    let told = explain(&world.app, &world.ada(), id).await.unwrap();
    assert!(
        told.told[0]
            .to_string()
            .contains("called GET https://a.example/b, behind the guard, with the token “Import”")
    );
    let rest: Vec<String> = told.told[1..].iter().map(ToString::to_string).collect();
    assert_eq!(rest, ["It was refused, with 403.", "No limit of the token let it pass."]);
    assert!(!told.advice.is_empty());
    let limits = told.limits.unwrap();
    let reasons: Vec<String> = limits.lines.iter().map(|line| line.reason.to_string()).collect();
    assert_eq!(reasons, ["its URL does not match", "its methods don't include GET"]);
    assert!(limits.since.is_none());
    let told = explain(&world.app, &world.ada(), open).await.unwrap().told;
    assert_eq!(
        told.last().unwrap().to_string(),
        "Which condition failed depends on the body, which is not kept."
    );

    world.app.advance(Lifetime::seconds(5));
    world.change_limits("[get].*/b").await;
    let told = explain(&world.app, &world.ada(), id).await.unwrap().limits.unwrap();
    assert_eq!(told.lines.len(), 2);
    let since = told.since.unwrap();
    assert_eq!(since.now.to_string(), "As they are now, line 1 lets the same call pass.");
    let change = explain(&world.app, &world.ada(), since.id).await.unwrap();
    assert!(change.told[0].to_string().starts_with("ada changed the token “Import”"), "{:?}", change.told);
}

#[tokio::test]
async fn whose_calls_are_told() {
    let world = World::new("[get].*/a").await;
    let id = world.refused("GET", "/b", "outside_limits");
    audit::flush(&world.app).await.unwrap();
    let may = |actor: Actor| {
        let world = &world;
        async move {
            let told = explain(&world.app, &actor, id).await.map(|_| ());
            let replayed = replay(&world.app, &actor, world.token.id, None, Span::Day).await.map(|_| ());
            let learned = learn(&world.app, &actor, world.token.id, Span::Day, true).await.map(|_| ());
            [told, replayed, learned].map(|it| it.err().map(|refusal| refusal.code))
        }
    };
    let bob = person(&world.app, "bob", &[]).await;
    let manager = person(&world.app, "manager", &[InstanceRight::UsersManage]).await;
    let admin = person(&world.app, "admin", &[InstanceRight::InstanceAdmin]).await;
    let of = |user: &Arc<User>| Actor::signed_in(&world.app, user);
    let gone = Some(ErrorCode::NotFound);
    assert_eq!(may(world.ada()).await, [None, None, None]);
    assert_eq!(may(of(&admin)).await, [None, None, None]);
    assert_eq!(may(Actor::operator()).await, [None, None, None]);
    assert_eq!(may(of(&bob)).await, [gone, gone, gone]);
    let forbidden = Some(ErrorCode::Forbidden);
    assert_eq!(may(of(&manager)).await, [gone, forbidden, forbidden]);
    let unknown = explain(&world.app, &of(&admin), world.app.new_event_id(world.app.clock.now())).await;
    assert_eq!(unknown.unwrap_err().code, ErrorCode::NotFound);
}
