//! N01, N02 and N04: too much, too slow, too deep.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use postern_tests::{Browser, Engine, Instance, Registration, Request, on_both_databases};

on_both_databases! {
    async fn large_and_packed_bodies_cost_no_memory(engine: Engine) {
        let instance = Instance::start_with(engine, &[("registration.open", "true")]).await;
        let client = instance.client(&Registration::confidential());
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let _ = client.tokens(&browser).await;
        // All that hashes passwords comes before the measurement: it has a bound of its own.
        let own = instance.client(&Registration::confidential().with(&["--owner", &person.username]));
        let before = instance.memory();
        endless_chunks(&instance).await;
        long_headers(&instance).await;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&vec![b'a'; 10 * 1024 * 1024]).unwrap();
        let packed = packed.finish().unwrap();
        for path in ["/v1/oauth2/token", "/v1/oauth2/introspect", "/login"] {
            let request = Request::post(path).header("content-encoding", "gzip");
            let request = request.body("application/x-www-form-urlencoded", packed.clone());
            assert_refused(&instance, request, path).await;
        }
        let deep = "[".repeat(1_000_000);
        for path in ["/v1/oauth2/token", "/v1/oauth2/introspect", "/v1/oauth2/revoke", "/login"] {
            assert_refused(&instance, Request::post(path).body("application/json", deep.clone()), path).await;
        }
        let claims = client.authorization().with("claims", &"[".repeat(3_000));
        let answer = browser.send(Request::get(claims.target())).await;
        assert!(answer.status == 303 || answer.status == 400, "{answer:?}");
        many_parts(&instance, &browser, &own).await;
        let grown = instance.memory().saturating_sub(before) / 1024 / 1024;
        assert!(grown < 20, "{grown} MiB more");
        let _ = client.tokens(&browser).await;
    }

    async fn passwords_cost_bounded_memory(engine: Engine) {
        let instance = Instance::start(engine).await;
        let people: Vec<_> = (0..8).map(|_| instance.person()).collect();
        let before = instance.memory();
        let sign_ins = (0..64).map(|at| {
            let (browser, person) = (instance.browser(), people[at % 8].clone());
            async move { browser.try_sign_in(&person.username, &person.password).await }
        });
        // Waiting is bounded: whom a busy machine can't serve in time is told so.
        let answers = futures_util::future::join_all(sign_ins).await;
        assert!(answers.iter().all(|answer| [200, 503].contains(&answer.status)), "{answers:?}");
        assert!(answers.iter().any(|answer| answer.status == 200), "{answers:?}");
        let grown = instance.peak_memory().saturating_sub(before) / 1024 / 1024;
        assert!(grown < 160, "{grown} MiB more");
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        let long = page.form("sign-in").fill("identifier", &people[0].username).fill("password", &"x".repeat(1024 * 1024));
        let begin = Instant::now();
        let request = Browser::request(&page, &long.press("sign-in"));
        assert_refused(&instance, request, "a password of 1 MB").await;
        println!("a password of 1 MB was refused after {:?}", begin.elapsed());
    }

    async fn silent_and_slow_connections_are_closed(engine: Engine) {
        let instance = Instance::start(engine).await;
        let client = instance.client(&Registration::confidential());
        let begin = Instant::now();
        let mut silent = Vec::new();
        for _ in 0..300 {
            silent.push(instance.raw().await);
        }
        let slow = (0..30).map(|_| slow_header(&instance));
        let slow_body = (0..30).map(|_| slow_body(&instance));
        let others = async {
            let mut longest = Duration::ZERO;
            while begin.elapsed() < Duration::from_secs(10) {
                let asked = Instant::now();
                let _ = client.wire().send(Request::get("/.well-known/openid-configuration")).await.expect(200);
                longest = longest.max(asked.elapsed());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            println!("the slowest answer took {longest:?}");
        };
        let silent = silent.iter_mut().map(|connection| async {
            let (read, closed) = connection.read_to_end(Duration::from_secs(35)).await;
            assert!(closed, "a silent connection is open after 35 s");
            assert!(read.is_empty() || read.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&read));
        });
        tokio::join!(
            others,
            futures_util::future::join_all(silent),
            futures_util::future::join_all(slow),
            futures_util::future::join_all(slow_body),
        );
        assert!(begin.elapsed() < Duration::from_secs(36), "{:?}", begin.elapsed());
    }

    async fn a_request_is_for_one_host(instance: &Instance) {
        let host = instance.listen();
        for (head, status) in [
            ("GET /login HTTP/1.1\r\nhost: HOST\r\n", 200),
            ("GET /login HTTP/1.1\r\n", 400),
            ("GET http://HOST/login HTTP/1.1\r\n", 400),
            ("GET /login HTTP/1.1\r\nhost: HOST\r\nhost: HOST\r\n", 400),
            ("GET /login HTTP/1.1\r\nhost: HOST\r\nHost: other.example\r\n", 400),
            ("GET /.well-known/jwks.json HTTP/1.1\r\n", 400),
            ("GET /.well-known/jwks.json HTTP/1.1\r\nhost: HOST\r\nhost: HOST\r\n", 400),
            ("GET /.well-known/jwks.json HTTP/1.0\r\n", 200),
        ] {
            let mut connection = instance.raw().await;
            let request = format!("{head}connection: close\r\n\r\n").replace("HOST", &host.to_string());
            assert!(connection.write(request.as_bytes()).await);
            assert_eq!(connection.status(Duration::from_secs(10)).await, Some(status), "{head}");
        }
    }

    async fn a_request_has_one_meaning(instance: &Instance) {
        let host = instance.listen();
        for (what, request) in [
            ("two lengths", "POST /v1/oauth2/token HTTP/1.1\r\nhost: HOST\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\na=bcd&"),
            ("length and chunks", "POST /v1/oauth2/token HTTP/1.1\r\nhost: HOST\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
            ("odd coding", "POST /v1/oauth2/token HTTP/1.1\r\nhost: HOST\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
            ("negative length", "POST /v1/oauth2/token HTTP/1.1\r\nhost: HOST\r\ncontent-length: -1\r\n\r\n"),
            ("folded header", "GET /login HTTP/1.1\r\nhost: HOST\r\nx-a: b\r\n c\r\n\r\n"),
            ("space before colon", "GET /login HTTP/1.1\r\nhost : HOST\r\n\r\n"),
            ("bare newline in a header", "GET /login HTTP/1.1\r\nhost: HOST\r\nx-a: b\nx-c: d\r\n\r\n"),
            ("NUL in a header", "GET /login HTTP/1.1\r\nhost: HOST\r\nx-a: \0\r\n\r\n"),
            ("no version", "GET /login\r\n\r\n"),
            ("nonsense", "\u{1}\u{2}\u{3}\r\n\r\n"),
        ] {
            let mut connection = instance.raw().await;
            connection.write(request.replace("HOST", &host.to_string()).as_bytes()).await;
            connection.finish().await;
            let (read, closed) = connection.read_to_end(Duration::from_secs(35)).await;
            let text = String::from_utf8_lossy(&read);
            assert!(closed, "{what}: open");
            assert!(text.matches("HTTP/1.1 ").count() <= 1, "{what}: {text}");
            assert!(!text.starts_with("HTTP/1.1 5"), "{what}: {text}");
        }
    }
}

/// Fails unless a request is refused. A server that refuses a body before all of it has come closes the connection, and
/// then its answer may not get through.
async fn assert_refused(instance: &Instance, request: Request, what: &str) {
    // A connection of its own: the server may be closing it while the next request would be sent.
    let sent = instance.wire().try_send(request).await;
    let refused =
        sent.as_ref().map_or(true, |answer| (400..500).contains(&answer.status) && answer.status != 404);
    assert!(refused, "{what}: {sent:?}");
}

/// A body in chunks that never ends.
async fn endless_chunks(instance: &Instance) {
    for path in ["/v1/oauth2/token", "/v1/oauth2/authorize", "/login", "/assets/app.css"] {
        let mut connection = instance.raw().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n",
            instance.listen()
        );
        connection.write(head.as_bytes()).await;
        let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
        let mut sent = 0_u64;
        while sent < 200 * 1024 * 1024 && connection.write(chunk.as_bytes()).await {
            sent += 0x10000;
        }
        assert!(sent < 200 * 1024 * 1024, "{path} took {sent} bytes");
    }
}

async fn long_headers(instance: &Instance) {
    for (name, value) in [
        ("x-long", "a".repeat(64 * 1024)),
        ("cookie", "a=b; ".repeat(20_000)),
        ("authorization", format!("Bearer {}", "a".repeat(200_000))),
    ] {
        let mut connection = instance.raw().await;
        let head = format!("GET /login HTTP/1.1\r\nhost: {}\r\n{name}: {value}\r\n\r\n", instance.listen());
        connection.write(head.as_bytes()).await;
        let status = connection.status(Duration::from_secs(10)).await;
        assert!(matches!(status, None | Some(400 | 431)), "{name}: {status:?}");
    }
    let mut connection = instance.raw().await;
    let many: String = (0..5_000).map(|at| format!("x-{at}: a\r\n")).collect();
    connection
        .write(format!("GET /login HTTP/1.1\r\nhost: {}\r\n{many}\r\n", instance.listen()).as_bytes())
        .await;
    let status = connection.status(Duration::from_secs(10)).await;
    assert!(matches!(status, None | Some(400 | 431)), "5,000 headers: {status:?}");
}

async fn many_parts(instance: &Instance, browser: &Browser, own: &postern_tests::OAuthClient) {
    let edit = format!("/developer/clients/{}", own.id);
    let token = browser.open(&format!("{edit}/edit")).await.expect(200).form(&format!("{edit}/logo"));
    let token = token.value("form_token").unwrap().to_owned();
    let part = |name: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body: String = (0..10_000).map(|at| part(&format!("p{at}"), "x")).collect();
    let body = format!("{}{body}--b--\r\n", part("form_token", &token));
    let cookies = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    let request = Request::post(format!("{edit}/logo")).body("multipart/form-data; boundary=b", body);
    let request = request.header("cookie", cookies.join("; ")).header("sec-fetch-site", "same-origin");
    assert_refused(instance, request, "10,000 parts").await;
}

/// Sends a header a byte at a time.
async fn slow_header(instance: &Instance) {
    let mut connection = instance.raw().await;
    let begin = Instant::now();
    connection.write(b"GET /login HTTP/1.1\r\nx-slow: ").await;
    while connection.write(b"a").await {
        assert!(begin.elapsed() < Duration::from_secs(35), "a slow header is still read after 35 s");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Sends a body a byte at a time.
async fn slow_body(instance: &Instance) {
    let mut connection = instance.raw().await;
    let begin = Instant::now();
    let head = format!(
        "POST /v1/oauth2/token HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 10000\r\n\r\n",
        instance.listen()
    );
    connection.write(head.as_bytes()).await;
    while connection.write(b"a").await {
        assert!(begin.elapsed() < Duration::from_secs(35), "a slow body is still read after 35 s");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
