//! T07: only the exact token, in one of the documented ways.

use postern_tests::Request;

use super::scene::{Scene, about};

fn look_alikes(token: &str) -> Vec<String> {
    let mut all = vec![
        token[..token.len() - 1].to_owned(),
        token[1..].to_owned(),
        format!("{token}0"),
        format!("{token}="),
        format!("{token}{token}"),
        format!("{token},{token}"),
        format!("\"{token}\""),
        format!("{token}%00"),
        token.to_uppercase(),
        token.to_lowercase(),
        token.replace("_pat_", "_oat_"),
        token.replace("_pat_", "_at_"),
        token.replace('_', "%5F"),
        "postern_pat_".to_owned(),
        String::new(),
    ];
    all.extend((0..token.len()).step_by(5).map(|at| {
        let mut text: Vec<char> = token.chars().collect();
        text[at] = if text[at] == 'a' { 'b' } else { 'a' };
        text.into_iter().collect()
    }));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_exact_token() {
    let scene = Scene::new(&[]).await;
    let (wire, token) = (scene.instance.wire(), scene.token(&[]));
    let name = scene.person.username.as_str();
    let ask = || about("GET", "/");
    for text in look_alikes(&token) {
        for request in [ask().bearer(&text), ask().plain_basic(name, &text)] {
            let answer = wire.send(request).await;
            assert_eq!(answer.status, 401, "{text}: {answer:?}");
            let challenges = answer.headers.get_all("www-authenticate").iter().count();
            assert_eq!(challenges, 2, "{text}: {answer:?}");
        }
    }
    let other = scene.instance.person();
    let wrong: [(&str, Request); 10] = [
        ("none", ask()),
        ("another user", ask().plain_basic(&other.username, &token)),
        ("nobody", ask().plain_basic("", &token)),
        ("the token as the name", ask().plain_basic(&token, "")),
        ("both halves", ask().plain_basic(&token, &token)),
        ("the password", ask().plain_basic(name, &scene.person.password)),
        ("two headers", ask().bearer(&token).bearer(&token)),
        ("two ways", ask().bearer(&token).plain_basic(name, &token)),
        ("another scheme", ask().header("authorization", format!("Token {token}"))),
        (
            "in the query",
            Request::get(format!("/v1/guard?access_token={token}")).header("x-forwarded-uri", "/"),
        ),
    ];
    for (what, request) in wrong {
        let answer = wire.send(request).await;
        assert!([401, 403].contains(&answer.status), "{what}: {answer:?}");
        assert_eq!(answer.header("x-auth-subject"), "", "{what}");
    }
    for name in [name, &name.to_uppercase(), &scene.person.email] {
        let answer = wire.send(ask().plain_basic(name, &token)).await.expect(200);
        assert_eq!(answer.header("x-auth-subject"), scene.person.id, "{name}");
        assert_eq!(answer.header("x-auth-subject-type"), "user");
        assert_eq!(answer.header("x-auth-actor"), "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_that_is_configured() {
    for (mode, bearer, basic) in [("bearer", 200, 401), ("basic", 401, 200)] {
        let scene = Scene::new(&[("tokens.auth_mode", mode)]).await;
        let (wire, token) = (scene.instance.wire(), scene.token(&[]));
        assert_eq!(wire.send(about("GET", "/").bearer(&token)).await.status, bearer, "{mode}");
        let basically = about("GET", "/").plain_basic(&scene.person.username, &token);
        assert_eq!(wire.send(basically).await.status, basic, "{mode}");
    }
}
