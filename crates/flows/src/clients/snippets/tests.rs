use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use postern_domain::{Client, ClientOwner, Plain};

use super::snippets;
use crate::Config;
use crate::clients::tests::draft;
use crate::clients::{ClientDraft, Manager, NewClient, create};
use crate::testing::{TestApp, app, app_with};

async fn client_of(app: &TestApp, draft: ClientDraft, id: &str) -> Client {
    let secret = (draft.client_type == "confidential").then(|| Plain::new("s3cret-brought-along".into()));
    let owner = ClientOwner::Instance;
    let new = NewClient { draft, owner, identifier: Some(id.to_owned()), secret };
    create(app, Manager::Operator, new).await.unwrap().client
}

fn code(app: &TestApp, client: &Client, id: &str) -> String {
    snippets(app, client).into_iter().find(|snippet| snippet.id == id).unwrap().code
}

#[tokio::test]
async fn every_program_holds_the_values_of_this_client_and_no_secret() {
    let app = app().await;
    let confidential = client_of(&app, draft(), "client-one").await;
    for snippet in snippets(&app, &confidential) {
        let code = &snippet.code;
        for value in
            ["client-one", "http://localhost:8080", "notes.example", "openid", "S256", "CLIENT_SECRET"]
        {
            let is_there = code.contains(value) || (value == "S256" && code.contains("new_random_sha256"));
            assert!(is_there, "{}: {value}\n{code}", snippet.id);
        }
        assert!(!code.contains("s3cret"), "{code}");
    }
    let public = ClientDraft { client_type: "public".into(), ..draft() };
    let public = client_of(&app, public, "client-two").await;
    for snippet in snippets(&app, &public) {
        assert!(snippet.code.contains("client-two"), "{}", snippet.code);
        assert!(!snippet.code.to_lowercase().contains("client_secret"), "{}", snippet.code);
    }
}

#[tokio::test]
async fn the_programs_follow_the_settings() {
    let app = app().await;
    let post = ClientDraft {
        auth_method: "client_secret_post".into(),
        id_token_signed_response_alg: "EdDSA".into(),
        ..draft()
    };
    let post = client_of(&app, post, "post").await;
    assert!(code(&app, &post, "javascript").contains("client.ClientSecretPost(process.env.CLIENT_SECRET)"));
    assert!(code(&app, &post, "javascript").contains("id_token_signed_response_alg: \"EdDSA\""));
    assert!(code(&app, &post, "python").contains("token_endpoint_auth_method=\"client_secret_post\""));
    assert!(code(&app, &post, "python").contains("algorithms=[\"EdDSA\"]"));
    assert!(code(&app, &post, "rust").contains("AuthType::RequestBody"));
    assert!(code(&app, &post, "curl").contains("client_secret=$CLIENT_SECRET"));
    assert!(!code(&app, &post, "javascript").contains("customFetch"));
    let with_query = ClientDraft { redirect_uris: vec!["https://notes.example/cb?x=1".into()], ..draft() };
    let with_query = client_of(&app, with_query, "with-query").await;
    assert!(code(&app, &with_query, "javascript").contains("customFetch"));
    let plain = ClientDraft { scopes: vec!["user:read".into()], ..draft() };
    let plain = client_of(&app, plain, "plain").await;
    for snippet in snippets(&app, &plain) {
        assert!(!snippet.code.contains("id_token") && !snippet.code.contains("claims"), "{}", snippet.code);
    }
    let secure = Config { public_url: "https://id.example".parse().unwrap(), ..Config::default() };
    let secure = app_with(secure).await;
    let client = client_of(&secure, draft(), "secure").await;
    assert!(!code(&secure, &client, "javascript").contains("allowInsecureRequests"));
}

#[tokio::test]
async fn values_stay_inside_their_quotes() {
    let app = app().await;
    let id = r#"a'";`$(touch${IFS}x)\"</script>#{1}"#;
    let mut nasty = draft();
    nasty.redirect_uris = vec!["https://notes.example/cb?x='$(id)&y=%22".into()];
    let client = client_of(&app, nasty, id).await;
    let in_double_quotes = id.replace('\\', r"\\").replace('"', "\\\"");
    for language in ["javascript", "python", "rust"] {
        assert!(code(&app, &client, language).contains(&format!("\"{in_double_quotes}\"")), "{language}");
    }
    // The shell is asked itself what it makes of the words.
    let program = code(&app, &client, "curl");
    let words = program.lines().find(|line| line.contains("redirect_uri=https://")).unwrap();
    let words = words.trim().trim_end_matches('\\');
    let said = Command::new("sh").arg("-c").arg(format!("printf '%s\\n' {words}")).output().unwrap();
    let expected = "--data-urlencode\nredirect_uri=https://notes.example/cb?x='$(id)&y=%22\n";
    assert_eq!(String::from_utf8(said.stdout).unwrap(), expected);
}

#[tokio::test]
async fn the_curl_program_runs() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", server.local_addr().unwrap());
    let app = app_with(Config { public_url: issuer.parse().unwrap(), ..Config::default() }).await;
    let answering = thread::spawn(move || answer_once(&server));
    let client = client_of(&app, draft(), "o'client").await;
    let program = code(&app, &client, "curl");
    let mut shell = Command::new("sh")
        .arg("-c")
        .arg(program)
        .env("CLIENT_SECRET", "s3cret-brought-along")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(b"the-code\n").unwrap();
    let said = shell.wait_with_output().unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(said.stdout).unwrap();
    let request = answering.join().unwrap();

    let (address, rest) = said.split_once('\n').unwrap();
    let address = url::Url::parse(address).unwrap();
    assert!(address.as_str().starts_with(&format!("{issuer}/v1/oauth2/authorize?")));
    let query = |name: &str| address.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(query("client_id"), "o'client");
    assert_eq!(query("redirect_uri"), "https://notes.example/cb");
    assert_eq!(query("scope"), "openid email profile");
    assert_eq!(query("code_challenge_method"), "S256");
    assert!(rest.ends_with("{\"ok\":true}"), "{rest}");

    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/oauth2/token "), "{head}");
    // `o%27client:s3cret-brought-along`
    assert!(head.contains("Authorization: Basic byUyN2NsaWVudDpzM2NyZXQtYnJvdWdodC1hbG9uZw=="), "{head}");
    let body: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| &body.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!(field("code"), "the-code");
    assert_eq!(field("redirect_uri"), "https://notes.example/cb");
    assert_eq!(field("grant_type"), "authorization_code");
    let verifier = postern_domain::CodeVerifier::parse(field("code_verifier")).unwrap();
    let challenge = postern_domain::CodeChallenge::parse(&query("code_challenge"), Some("S256")).unwrap();
    assert!(challenge.is_met_by(&verifier));
}

/// Answers one request and hands it back.
fn answer_once(server: &TcpListener) -> String {
    let (mut connection, _) = server.accept().unwrap();
    let mut request = String::new();
    let mut bytes = [0; 4_096];
    loop {
        let count = connection.read(&mut bytes).unwrap();
        request.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        let length = request
            .to_lowercase()
            .split_once("content-length: ")
            .map(|(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
        let body = request.split_once("\r\n\r\n").map(|(_, body)| body.len());
        if count == 0 || (body.is_some() && body >= length) {
            break;
        }
    }
    connection
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}")
        .unwrap();
    request
}
