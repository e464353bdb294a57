use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{AuthMethod, ClientType, ErrorCode, Lifetime, Params, Refusal};
use postern_storage::clients;

use super::{Authenticated, Sender, authenticate};
use crate::party::{self, Party, form};
use crate::{App, SecretKey};

mod assertion;

const ID: &str = "web-app";
/// The secret of the party, as a client form-encodes it.
const SECRET: &str = "web%3A+100+%25+secret+%2B+more+%2F+%3D+%3F";

async fn with(party: &Party, headers: &[&str], form: &Params) -> Result<Authenticated, Refusal> {
    let authorization: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
    let sender = Sender { authorization: &authorization, ..party::sender(form) };
    authenticate(&party.app, sender).await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn code_of(outcome: Result<Authenticated, Refusal>) -> String {
    outcome.map_or_else(|refusal| refusal.code.as_str().to_owned(), |it| it.method.to_string())
}

/// Values of `Authorization`, the form, and what comes of it.
type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

#[tokio::test]
async fn exactly_one_method_counts() {
    let party = Party::new().await;
    let secret = party.secret.as_str();
    let id_only = [("client_id", ID)];
    let post = [("client_id", ID), ("client_secret", secret)];
    let wrong = [("client_id", ID), ("client_secret", "guess")];
    let other = [("client_id", "other")];
    let right = basic(ID, SECRET);
    let lower = right.replace("Basic", "basic");
    let raw = basic(ID, secret);
    let half = format!("Basic {}", STANDARD.encode(ID));
    let bearer = right.replace("Basic", "Bearer");
    let table: &[Row<'_>] = &[
        (&[&right], &[], "client_secret_basic"),
        (&[&lower], &[], "client_secret_basic"),
        (&[&right], &id_only, "client_secret_basic"),
        (&[], &post, "client_secret_post"),
        (&[&right], &post, "invalid_request"),
        (&[&right], &wrong, "invalid_request"),
        (&[&right], &other, "invalid_request"),
        (&[&right, &right], &[], "invalid_request"),
        (&[&raw], &[], "invalid_client"),
        (&[&half], &[], "invalid_client"),
        (&[&bearer], &[], "invalid_client"),
        (&["Basic ?"], &[], "invalid_client"),
        (&["Basic"], &[], "invalid_client"),
        (&[&basic(ID, "")], &[], "invalid_client"),
        (&[&basic(ID, "guess")], &[], "invalid_client"),
        (&[&basic("nobody", SECRET)], &[], "invalid_client"),
        (&[], &wrong, "invalid_client"),
        (&[], &id_only, "invalid_client"),
        (&[], &[("client_secret", secret)], "invalid_client"),
        (&[], &[], "invalid_client"),
    ];
    for (headers, pairs, expected) in table {
        assert_eq!(code_of(with(&party, headers, &form(pairs)).await), *expected, "{headers:?} {pairs:?}");
    }
}

#[tokio::test]
async fn an_unknown_client_is_answered_as_one_with_a_wrong_secret() {
    let party = Party::new().await;
    let wrong = with(&party, &[&basic(ID, "guess")], &form(&[])).await.unwrap_err();
    let unknown = with(&party, &[&basic("nobody", "guess")], &form(&[])).await.unwrap_err();
    let no_secret = with(&party, &[], &form(&[("client_id", ID)])).await.unwrap_err();
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, no_secret);
    let told = clients::recent_errors(&party.app.db, party.client.id).await.unwrap();
    assert_eq!(told.len(), 2, "its developer is told more");
}

#[tokio::test]
async fn a_method_that_is_pinned_is_the_only_one() {
    for (pinned, header_works) in
        [(AuthMethod::ClientSecretBasic, true), (AuthMethod::ClientSecretPost, false)]
    {
        let party = Party::with(|metadata| metadata.auth_method = Some(pinned)).await;
        let header = with(&party, &[&basic(ID, SECRET)], &form(&[])).await;
        let post = with(&party, &[], &form(&[("client_id", ID), ("client_secret", &party.secret)])).await;
        assert_eq!((header.is_ok(), post.is_ok()), (header_works, !header_works), "{pinned}");
    }
    for pinned in [AuthMethod::PrivateKeyJwt, AuthMethod::ClientSecretJwt] {
        let party = Party::with(|metadata| metadata.auth_method = Some(pinned)).await;
        let post = form(&[("client_id", ID), ("client_secret", &party.secret)]);
        let (header, nothing) = (basic(ID, SECRET), form(&[("client_id", ID)]));
        for (headers, sent) in [(&[header.as_str()][..], &form(&[])), (&[], &post), (&[], &nothing)] {
            assert_eq!(code_of(with(&party, headers, sent).await), "invalid_client", "{pinned}");
        }
    }
    let party = Party::with(|metadata| metadata.client_type = ClientType::Public).await;
    assert_eq!(code_of(with(&party, &[], &form(&[("client_id", ID)])).await), "none");
    let invented = form(&[("client_id", ID), ("client_secret", "x")]);
    assert_eq!(code_of(with(&party, &[], &invented).await), "invalid_client");
    assert_eq!(code_of(with(&party, &[&basic(ID, "")], &form(&[])).await), "invalid_client");
}

#[tokio::test]
async fn two_secrets_work_until_one_has_ended() {
    let party = Party::new().await;
    let (id, now) = (party.client.id, party.app.clock.now());
    let end = now.plus(Lifetime::seconds(100));
    let write = party.app.db.write(id, move |tx, id| {
        Box::pin(async move { Ok::<_, Refusal>(clients::end_secrets(tx, *id, now, end).await.map(|_| ())?) })
    });
    write.await.unwrap();
    assert!(with(&party, &[&basic(ID, SECRET)], &form(&[])).await.is_ok());
    party.app.advance(Lifetime::seconds(100));
    assert_eq!(code_of(with(&party, &[&basic(ID, SECRET)], &form(&[])).await), "invalid_client");
}

#[tokio::test]
async fn made_up_clients_share_a_budget_and_leave_others_theirs() {
    let party = Party::new().await;
    for i in 0..60 {
        let failed = with(&party, &[&basic(&format!("nobody-{i}"), "guess")], &form(&[])).await;
        assert_eq!(code_of(failed), "invalid_client");
    }
    let refused = with(&party, &[&basic("somebody-else", "guess")], &form(&[])).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooManyRequests);
    assert!(with(&party, &[&basic(ID, SECRET)], &form(&[])).await.is_ok());
}

#[tokio::test]
async fn failures_have_a_budget_and_success_never_counts() {
    let party = Party::new().await;
    let attempt = async |secret: &str| code_of(with(&party, &[&basic(ID, secret)], &form(&[])).await);
    for _ in 0..59 {
        assert_eq!(attempt("guess").await, "invalid_client");
        assert_eq!(attempt(SECRET).await, "client_secret_basic");
    }
    assert_eq!(attempt("guess").await, "invalid_client");
    for secret in ["guess", SECRET] {
        let refused = with(&party, &[&basic(ID, secret)], &form(&[])).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::TooManyRequests, "past the budget nothing is evaluated");
        assert_eq!(refused.retry_after, Some(Lifetime::seconds(60)));
    }
    let elsewhere = form(&[("client_id", ID), ("client_secret", &party.secret)]);
    let sender = Sender { address: "2001:db8::1".parse().unwrap(), ..party::sender(&elsewhere) };
    assert!(authenticate(&party.app, sender).await.is_ok(), "another address has a budget of its own");
    party.app.advance(Lifetime::seconds(60));
    assert_eq!(attempt(SECRET).await, "client_secret_basic");
}

/// What becomes of these secrets when all of them are sent at once, in this order of arrival or any other.
async fn race(app: &Arc<App>, secrets: Vec<String>) -> Vec<String> {
    let racers: Vec<_> = secrets
        .into_iter()
        .map(|secret| {
            let app = Arc::clone(app);
            tokio::spawn(async move {
                let form = form(&[("client_id", ID), ("client_secret", &secret)]);
                code_of(authenticate(&app, party::sender(&form)).await)
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for racer in racers {
        outcomes.push(racer.await.unwrap());
    }
    outcomes
}

fn guesses(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("guess-{i}")).collect()
}

fn how_many(outcomes: &[String], code: &str) -> usize {
    outcomes.iter().filter(|outcome| *outcome == code).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_guesses_at_once_no_more_are_looked_at_than_there_are_tries() {
    for before in [0, 1, 30, 59] {
        let party = Party::new().await;
        race(&party.app.app, guesses(before)).await;
        let mut outcomes = race(&party.app.app, guesses(50)).await;
        outcomes.extend(race(&party.app.app, guesses(50)).await);
        assert_eq!(how_many(&outcomes, "invalid_client"), 60 - before, "after {before}");
        assert_eq!(how_many(&outcomes, "too_many_requests"), 40 + before, "after {before}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_secret_among_fifty_guesses_is_looked_at_within_the_budget_or_not_at_all() {
    for place in [0, 10, 25, 49] {
        let party = Party::new().await;
        race(&party.app.app, guesses(50)).await;
        let mut secrets = guesses(49);
        secrets.insert(place, party.secret.clone());
        let outcomes = race(&party.app.app, secrets).await;
        assert!(["client_secret_post", "too_many_requests"].contains(&outcomes[place].as_str()));
        assert_eq!(how_many(&outcomes, "invalid_client"), 10, "a right one costs no try");
        let late = race(&party.app.app, vec![party.secret.clone()]).await;
        assert_eq!(late, ["too_many_requests"], "past the budget nothing is looked at");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_right_secrets_at_once_are_all_right() {
    for before in [0, 1, 59] {
        let party = Party::new().await;
        race(&party.app.app, guesses(before)).await;
        let outcomes = race(&party.app.app, vec![party.secret.clone(); 50]).await;
        assert_eq!(how_many(&outcomes, "client_secret_post"), 50, "after {before}");
        let outcomes = race(&party.app.app, guesses(61)).await;
        assert_eq!(how_many(&outcomes, "invalid_client"), 60 - before, "success never counts");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_hangs_up_has_tried_all_the_same() {
    let party = Party::new().await;
    // From the right one on it is known that nobody has failed, so that the next is looked at before anything is waited for.
    assert_eq!(race(&party.app.app, vec![party.secret.clone()]).await, ["client_secret_post"]);
    let form = form(&[("client_id", ID), ("client_secret", "guess")]);
    let sender = party::sender(&form);
    let hung_up = tokio::time::timeout(Duration::ZERO, authenticate(&party.app, sender)).await;
    assert!(hung_up.is_err(), "nothing is said before it is counted");
    let outcomes = race(&party.app.app, guesses(100)).await;
    assert!(how_many(&outcomes, "invalid_client") < 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_share_the_budget_but_for_one_first_look_each() {
    let party = Party::new().await;
    let key = SecretKey::new(&[7; 32]).unwrap();
    let (clock, rng) = (Arc::clone(&party.app.clock), Arc::clone(&party.app.rng));
    let other = Arc::new(App::new(party.app.db.clone(), party.app.config.clone(), key, clock, rng));
    let (here, there) = tokio::join!(race(&party.app.app, guesses(100)), race(&other, guesses(100)));
    let looked_at = how_many(&here, "invalid_client") + how_many(&there, "invalid_client");
    assert!((59..=60).contains(&looked_at), "{looked_at}");
    for app in [&party.app.app, &other] {
        let right = race(app, vec![party.secret.clone()]).await;
        assert_eq!(right, ["too_many_requests"]);
    }
}
