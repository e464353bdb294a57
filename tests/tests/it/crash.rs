//! What was acknowledged survives `kill -9` (invariants I1 to I3), and SIGTERM cuts nobody off (R13).

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postern_tests::{
    Answer, Browser, Engine, Instance, OAuthClient, Registration, Request, on_both_databases,
};

/// How many times the server is killed.
const ROUNDS: u32 = 5;

/// What the server has acknowledged of one grant: its answers, read in full.
#[derive(Clone, Debug)]
struct Acknowledged {
    access: String,
    refresh: String,
    is_revoked: bool,
    /// Whether a request about it was under way when the server was killed.
    is_uncertain: bool,
}

/// Signs in, refreshes and revokes until the server dies, and writes down what was acknowledged.
async fn work(browser: &Browser, client: &OAuthClient, ledger: &Mutex<Vec<Acknowledged>>, stop: &AtomicBool) {
    let send = async |request: Request| -> Option<Answer> { client.wire().try_send(request).await.ok() };
    for turn in 0_u32.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let request = client.authorization();
        let headers = Request::get(request.target()).header("cookie", cookie(browser));
        let Some(answer) = send(headers).await else { return };
        let Some(location) = answer.location() else { continue };
        let Some((_, code)) = location.query_pairs().find(|(name, _)| name == "code") else { continue };
        let Some(answer) = send(client.redemption(&code, request.verifier.as_deref())).await else { return };
        let Some(mut entry) = read(&answer) else { continue };
        if turn % 2 == 0 {
            match send(client.refreshing(&entry.refresh)).await {
                Some(answer) => {
                    if let Some(newer) = read(&answer) {
                        entry = newer;
                    }
                }
                None => entry.is_uncertain = true,
            }
        }
        if turn % 3 == 0 && !entry.is_uncertain {
            let revocation = client.request("/v1/oauth2/revoke", &[("token", &entry.refresh)]);
            match send(revocation).await {
                Some(answer) if answer.status == 200 => entry.is_revoked = true,
                _ => entry.is_uncertain = true,
            }
        }
        ledger.lock().unwrap().push(entry);
    }
}

fn cookie(browser: &Browser) -> String {
    let pairs: Vec<String> =
        browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

fn read(answer: &Answer) -> Option<Acknowledged> {
    let json: serde_json::Value =
        serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200)?;
    let member = |name: &str| json[name].as_str().map(str::to_owned);
    let (access, refresh) = (member("access_token")?, member("refresh_token")?);
    Some(Acknowledged { access, refresh, is_revoked: false, is_uncertain: false })
}

on_both_databases! {
    async fn what_was_acknowledged_survives_kill_9(engine: Engine) {
        let instance = Instance::start(engine).await;
        let client = instance.client(&Registration::confidential().with(&["--trusted"]));
        let browser = instance.browser_of(&instance.person()).await;
        let ledger = Mutex::new(Vec::new());
        for round in 0..ROUNDS {
            let stop = AtomicBool::new(false);
            let workers = futures_util::future::join_all((0..8).map(|_| work(&browser, &client, &ledger, &stop)));
            let killer = async {
                wait_until_acknowledged(&ledger, 8 * (round as usize + 1)).await;
                tokio::time::sleep(Duration::from_millis(u64::from(round * 317 % 900))).await;
                instance.kill();
                stop.store(true, Ordering::Relaxed);
            };
            tokio::join!(workers, killer);
            let begin = Instant::now();
            instance.restart();
            instance.wait_until_ready().await;
            println!("round {round}: ready after {:?}", begin.elapsed());
            let certain = ledger.lock().unwrap().iter().filter(|entry| !entry.is_uncertain).cloned().collect::<Vec<_>>();
            for entry in certain {
                assert_eq!(client.is_active(&entry.access).await, !entry.is_revoked, "round {round}: {entry:?}");
                assert_eq!(client.is_active(&entry.refresh).await, !entry.is_revoked, "round {round}: {entry:?}");
            }
        }
        let entries = ledger.into_inner().unwrap();
        let revoked = entries.iter().filter(|entry| entry.is_revoked).count();
        println!("{} grants were acknowledged, {revoked} revocations", entries.len());
        assert!(entries.len() > 20 && revoked > 5, "too little happened to show anything");
        for entry in entries.iter().filter(|entry| !entry.is_uncertain) {
            let answer = client.refresh(&entry.refresh).await;
            assert_eq!(answer.status, if entry.is_revoked { 400 } else { 200 }, "{entry:?}: {answer:?}");
        }
        if engine == Engine::Sqlite {
            assert_eq!(instance.database().number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").await, 0);
        }
    }

    async fn sigterm_lets_requests_finish(engine: Engine) {
        for _ in 0..5 {
            let instance = Instance::start(engine).await;
            let person = instance.person();
            let mut idle = instance.raw().await;
            assert!(idle.write(b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n").await);
            let mut half = instance.raw().await;
            assert!(half.write(b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\nx-half:").await);
            let forms = futures_util::future::join_all((0..8).map(|_| async {
                let browser = instance.browser();
                let page = browser.open("/login").await.expect(200);
                let form = page.form("sign-in").fill("identifier", &person.username).fill("password", &person.password);
                let request = Browser::request(&page, &form.press("sign-in")).header("cookie", cookie(&browser));
                (browser, request.header("origin", client_origin(&instance)).header("sec-fetch-site", "same-origin"))
            }));
            let forms = forms.await;
            let sending = forms.iter().map(|(browser, request)| browser.wire().try_send(request.clone()));
            let stopping = async {
                tokio::time::sleep(Duration::from_millis(40)).await;
                instance.stop(Duration::from_secs(15)).await
            };
            let (answers, status) = tokio::join!(futures_util::future::join_all(sending), stopping);
            for answer in answers {
                assert_eq!(answer.expect("a whole answer").status, 303);
            }
            let status = status.expect("an end within 15 s");
            assert!(status.success(), "{status}: {}", instance.log());
        }
    }
}

/// Waits until so much has happened, however busy the machine is.
async fn wait_until_acknowledged(ledger: &Mutex<Vec<Acknowledged>>, entries: usize) {
    let begin = Instant::now();
    while ledger.lock().unwrap().len() < entries && begin.elapsed() < Duration::from_secs(30) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn client_origin(instance: &Instance) -> String {
    instance.public_url().as_str().trim_end_matches('/').to_owned()
}
