//! T07: only the exact string is a token.

use postern_tests::{Instance, Registration, Request, on_both_databases};

const USERINFO: &str = "/v1/oauth2/userinfo";

/// Texts that look like `token` and are not it.
fn look_alikes(token: &str) -> Vec<String> {
    let swapped_case: String = token
        .chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
        .collect();
    let mut all = vec![
        token[..token.len() - 1].to_owned(),
        token[1..].to_owned(),
        token[..20].to_owned(),
        format!("{token}0"),
        format!("{token}="),
        format!("0{token}"),
        format!("{token}{token}"),
        format!("{token},{token}"),
        format!("{token};"),
        format!("\"{token}\""),
        format!("<{token}>"),
        token.to_uppercase(),
        token.to_lowercase(),
        swapped_case,
        token.replace("_at_", "_rt_"),
        token.replace("_at_", "_pat_"),
        token.replace("_at_", "_AT_"),
        token.replace("postern_", "Postern_"),
        token.replace("postern_", "sandbox_"),
        token.replace('_', "-"),
        token.replacen('_', "%5F", 1),
        token.replacen("postern", "postern_", 1),
        "postern_at_".to_owned(),
        "null".to_owned(),
        "undefined".to_owned(),
        "*".to_owned(),
        "' OR 1=1 --".to_owned(),
    ];
    // One character changed at each place: the checksum alone must tell.
    all.extend((0..token.len()).map(|at| {
        let mut text: Vec<char> = token.chars().collect();
        text[at] = if text[at] == 'a' { 'b' } else { 'a' };
        text.into_iter().collect()
    }));
    all
}

on_both_databases! {
    async fn look_alikes_are_refused(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        for text in look_alikes(&tokens.access) {
            let answer = client.userinfo(&text).await;
            assert_eq!(answer.status, 401, "{text}: {answer:?}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
            assert!(answer.header("www-authenticate").contains("invalid_token"), "{answer:?}");
            assert!(!client.is_active(&text).await, "{text}");
        }
        let _ = client.userinfo(&tokens.access).await.expect(200);
    }

    async fn a_token_of_another_kind_is_refused(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        for text in [&tokens.refresh, &tokens.id, &client.id, client.secret.as_ref().unwrap()] {
            assert_eq!(client.userinfo(text).await.status, 401, "{text}");
        }
        // Nothing was used up by it.
        let _ = client.refresh(&tokens.refresh).await.expect(200);
    }

    async fn it_is_presented_in_one_way_and_once(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        let token = tokens.access.as_str();
        let wire = client.wire();
        let wrong = [
            Request::get(USERINFO),
            Request::get(USERINFO).header("authorization", "Bearer"),
            Request::get(USERINFO).header("authorization", "Bearer "),
            Request::get(USERINFO).header("authorization", format!("Bearer  {token} x")),
            Request::get(USERINFO).header("authorization", format!("Bearer {token} {token}")),
            Request::get(USERINFO).header("authorization", format!("Bearer\t{token}\t")),
            Request::get(USERINFO).header("authorization", format!("Basic {token}")),
            Request::get(USERINFO).header("authorization", token),
            Request::get(USERINFO).basic("ada", token),
            Request::get(USERINFO).basic(token, ""),
            Request::get(USERINFO).basic(token, token),
            Request::get(USERINFO).bearer(token).bearer(token),
            Request::get(USERINFO).bearer(token).bearer("other"),
            Request::get(USERINFO).query([("access_token", token)]),
            Request::get(USERINFO).bearer(token).query([("access_token", token)]),
            Request::post(USERINFO).bearer(token).form([("access_token", token)]),
            Request::post(USERINFO).form([("access_token", token), ("access_token", token)]),
            Request::post(USERINFO).body("application/json", format!("{{\"access_token\":\"{token}\"}}")),
            Request::post(USERINFO).body("text/plain", format!("access_token={token}")),
            Request::get(USERINFO).header("cookie", format!("access_token={token}")),
        ];
        for request in wrong {
            let answer = wire.send(request.clone()).await;
            assert!([400, 401, 415].contains(&answer.status), "{request:?}: {answer:?}");
            assert!(!answer.text().contains(token), "{request:?}");
            assert!(answer.headers.get("set-cookie").is_none(), "{request:?}");
        }
        let right = [
            Request::get(USERINFO).bearer(token),
            Request::get(USERINFO).header("authorization", format!("bearer {token}")),
            Request::post(USERINFO).bearer(token),
            Request::post(USERINFO).form([("access_token", token)]),
        ];
        for request in right {
            let answer = wire.send(request).await.expect(200);
            assert!(answer.headers.get("set-cookie").is_none(), "{answer:?}");
        }
    }
}
