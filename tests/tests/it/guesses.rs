//! W06 and W07: who guesses learns nothing, and may guess only so often.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use postern_tests::{Answer, Browser, Engine, Instance, Person, Registration, Request, on_both_databases};

/// How many wrong passwords a minute the configuration's default looks at for one account, and from one address.
const FOR_AN_ACCOUNT: usize = 10;
const FROM_AN_ADDRESS: usize = 30;
/// How many wrong secrets a minute it looks at for one client from one address.
const FOR_A_CLIENT: usize = 60;
/// How many names are tried that somebody has, and that nobody has.
const NAMES: usize = 200;

/// Accounts with the password of `person`, made past the server, since hashing for each would take long. They are called
/// `known0` and so on.
async fn make_accounts(instance: &Instance, person: &Person) {
    let id = match instance.database().engine() {
        Engine::Sqlite => "randomblob(16)",
        Engine::Postgres => "gen_random_uuid()",
    };
    let name = "'known' || CAST(i AS TEXT)";
    let email = format!("{name} || '@example.com'");
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {NAMES}) \
         INSERT INTO users (id, email, email_key, email_verified, username, username_key, name, rights, state, \
         password_hash, password_changed_at, created_at, updated_at) \
         SELECT {id}, {email}, {email}, email_verified, {name}, {name}, name, rights, state, password_hash, \
         password_changed_at, created_at, updated_at FROM n, users WHERE username = '{}'",
        person.username
    );
    instance.database().execute(&sql).await;
}

/// Tries a password on the sign-in page that `page` is.
async fn guess(browser: &Browser, page: &Answer, identifier: &str, password: &str) -> Answer {
    let form = page.form("sign-in").fill("identifier", identifier).fill("password", password);
    browser.send(Browser::request(page, &form.press("sign-in"))).await
}

/// Status, headers and body without what is of this request alone: its id, the time, and what was typed.
fn shape(answer: &Answer, identifier: &str) -> (u16, String) {
    let id = answer.header("x-request-id");
    let of_all = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date", "content-length"].contains(&name.as_str()));
    let mut headers: Vec<_> = of_all.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    let mut page = answer.text();
    for hidden in [answer.form("sign-in").value("form_token").unwrap(), id, identifier] {
        page = page.replace(hidden, "…");
    }
    (answer.status, format!("{}\n{page}", headers.join("\n")))
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

/// Fails unless exactly `limit` of some guesses were looked at, those that got `wrong`, and the rest told to wait.
fn assert_looked_at(statuses: &[u16], wrong: u16, limit: usize) {
    let looked_at = count(statuses, wrong);
    assert_eq!(looked_at + count(statuses, 429) + count(statuses, 503), statuses.len(), "{statuses:?}");
    // A guess that the server was too busy for is not looked at, and may have cost a place all the same.
    assert!(
        looked_at == limit || looked_at < limit && count(statuses, 503) > 0,
        "{looked_at} of {limit}: {statuses:?}"
    );
}

on_both_databases! {
    async fn known_and_unknown_names_get_the_same_answer(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.sign_in_address", "100000")]).await;
        make_accounts(&instance, &instance.person()).await;
        let made = instance.database().number("SELECT count(*) FROM users WHERE username LIKE 'known%'").await;
        assert_eq!(usize::try_from(made).unwrap(), NAMES);
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        let mut shapes = std::collections::BTreeMap::new();
        let mut times = [Vec::new(), Vec::new()];
        for at in 0..NAMES {
            let domain = if at % 2 == 0 { "" } else { "@example.com" };
            let tried = ["known", "nobody"].map(|kind| format!("{kind}{at}{domain}"));
            let answers = join_all(tried.iter().zip(&mut times).map(async |(name, times)| {
                let begin = Instant::now();
                let answer = guess(&browser, &page, name, "one wrong password").await;
                times.push(begin.elapsed());
                answer
            }));
            for (name, answer) in tried.iter().zip(answers.await) {
                shapes.entry(shape(&answer, name)).or_insert_with(|| name.clone());
            }
        }
        assert_eq!(shapes.len(), 1, "{shapes:#?}");
        assert_eq!(shapes.keys().next().unwrap().0, 422);
        // Reported, not judged: a busy machine would decide it.
        times.iter_mut().for_each(|times| times.sort());
        println!("median known {:?}, unknown {:?}", times[0][NAMES / 2], times[1][NAMES / 2]);
    }

    async fn guesses_are_counted_exactly(engine: Engine) {
        let instance = Instance::start(engine).await;
        let person = instance.person();
        let known_device = instance.browser_of(&person).await;
        // In parallel, under both names and in other spellings, from many addresses.
        let aliases = [
            person.username.clone(),
            person.username.to_uppercase(),
            person.email.clone(),
            person.email.to_uppercase(),
            format!(" {} ", person.username),
        ];
        let guesses = (0..50).map(|at| {
            let (browser, alias) = (instance.browser(), aliases[at % aliases.len()].clone());
            async move { browser.try_sign_in(&alias, &format!("guess number {at}")).await.status }
        });
        assert_looked_at(&join_all(guesses).await, 422, FOR_AN_ACCOUNT);
        // From an address that has tried nothing yet, even the right password is not looked at…
        let stranger = instance.browser();
        assert_eq!(stranger.try_sign_in(&person.username, &person.password).await.status, 429);
        // …but the owner on a device that signed in before is not locked out by strangers.
        let page = known_device.open("/logout").await;
        let _ = known_device.submit(&page, &page.form("/logout")).await;
        let _ = known_device.sign_in(&person).await;
    }

    async fn an_address_has_a_budget_and_headers_do_not_change_it(engine: Engine) {
        let instance = Instance::start(engine).await;
        let from = IpAddr::V4(Ipv4Addr::new(127, 9, 9, 9));
        let wire = instance.wire_from(from);
        let browser = Browser::on_wire(wire);
        let mut refused_at = None;
        for at in 0..40 {
            let page = browser.open("/login").await.expect(200);
            let form = page.form("sign-in").fill("identifier", &format!("nobody{at}")).fill("password", "one password");
            let request = Browser::request(&page, &form.press("sign-in"));
            let forged = request
                .header("x-forwarded-for", format!("10.0.0.{at}"))
                .header("forwarded", format!("for=10.0.1.{at}"))
                .header("x-real-ip", format!("10.0.2.{at}"));
            if browser.send(forged).await.status == 429 {
                refused_at = Some(at);
                break;
            }
        }
        assert_eq!(refused_at, Some(30));
    }

    async fn one_password_over_a_thousand_names(engine: Engine) {
        let instance = Instance::start(engine).await;
        let person = instance.person();
        let wire = instance.wire_from(IpAddr::V4(Ipv4Addr::new(127, 9, 9, 8)));
        // The owner signed in from that address before, on a device that is known since.
        let owner = Browser::on_wire(wire.clone());
        let _ = owner.sign_in(&person).await;
        let out = owner.open("/logout").await;
        let _ = owner.submit(&out, &out.form("/logout")).await;
        let browser = Browser::on_wire(wire);
        let page = browser.open("/login").await.expect(200);
        let begin = Instant::now();
        let mut statuses = Vec::new();
        for at in 0..20 {
            let names = (0..50).map(|name| format!("nobody{}", at * 50 + name));
            let guesses = names.map(async |name| guess(&browser, &page, &name, "one password for all").await.status);
            statuses.extend(join_all(guesses).await);
        }
        let elapsed = begin.elapsed();
        println!("{} names in {elapsed:?}", statuses.len());
        if elapsed < Duration::from_secs(55) {
            assert_looked_at(&statuses, 422, FROM_AN_ADDRESS);
        } else {
            let windows = usize::try_from(elapsed.as_secs() / 60).unwrap() + 2;
            assert!(count(&statuses, 422) <= FROM_AN_ADDRESS * windows, "{statuses:?}");
        }
        let late = guess(&browser, &page, &person.username, &person.password).await;
        assert!(elapsed > Duration::from_secs(55) || late.status == 429, "{late:?}");
        let _ = owner.sign_in(&person).await;
    }

    async fn proofs_of_one_session_share_a_budget(engine: Engine) {
        let instance = Instance::start(engine).await;
        let browser = instance.browser_of(&instance.person()).await;
        let pages = [browser.open("/reauthenticate").await.expect(200), browser.open("/settings/security").await.expect(200)];
        let guesses = (0..50).map(async |at| {
            let wrong = format!("guess number {at}");
            let form = if at % 2 == 0 {
                pages[0].form("/reauthenticate").fill("password", &wrong)
            } else {
                let form = pages[1].form("/settings/security").fill("current_password", &wrong);
                form.fill("new_password", "an entirely new pass phrase")
            };
            browser.send(Browser::request(&pages[at % 2], &form)).await.status
        });
        assert_looked_at(&join_all(guesses).await, 422, FOR_AN_ACCOUNT);
    }

    async fn guesses_of_a_client_secret_are_counted(engine: Engine) {
        let instance = Instance::start(engine).await;
        let client = instance.client(&Registration::confidential());
        let wrong = |at: usize| {
            let mut client = client.clone();
            client.secret = Some(format!("guess number {at}"));
            client
        };
        let mut statuses = Vec::new();
        for at in 0..20 {
            let guesses = (0..50).map(async |guess| wrong(at * 50 + guess).introspect("x").await.status);
            statuses.extend(join_all(guesses).await);
        }
        assert_looked_at(&statuses, 401, FOR_A_CLIENT);
        assert_eq!(client.introspect("x").await.status, 429, "the right one is not looked at either");
        let _ = client.on(&instance).introspect("x").await.expect(200);
    }

    async fn a_network_counts_as_one_address(engine: Engine) {
        let settings = [
            ("trusted_proxies", "127.0.0.0/8"),
            ("rate_limits.sign_in_address", "3"),
            ("rate_limits.client_authentication", "3"),
        ];
        let instance = Instance::start_with(engine, &settings).await;
        let mut client = instance.client(&Registration::confidential());
        client.secret = Some("wrong".to_owned());
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        let mut names = (0..).map(|at| format!("nobody{at}"));
        for (network, elsewhere) in NETWORKS {
            let last = network.len() - 1;
            for (at, address) in network.iter().chain([&elsewhere]).enumerate() {
                let is_refused = at == last;
                let form = page.form("sign-in").fill("identifier", &names.next().unwrap()).fill("password", "wrong");
                let request = Browser::request(&page, &form.press("sign-in")).header("x-forwarded-for", address);
                let answer = browser.send(request).await;
                assert_eq!(answer.status, if is_refused { 429 } else { 422 }, "sign-in from {address}: {answer:?}");
                let request: Request = client.request("/v1/oauth2/token", &[("grant_type", "password")]);
                let answer = client.wire().send(request.header("x-forwarded-for", address)).await;
                assert_eq!(answer.status, if is_refused { 429 } else { 401 }, "a client from {address}: {answer:?}");
            }
        }
    }
}

/// Four spellings or neighbours that count as one address, of which the last finds the budget used up, and one that is
/// another's.
const NETWORKS: [([&str; 4], &str); 4] = [
    (
        [
            "2001:db8:0:1::1",
            "2001:db8:0:1::2",
            "2001:DB8:0:1:ffff:ffff:ffff:ffff",
            "2001:0db8:0000:0001:0:0:0:9",
        ],
        "2001:db8:0:2::1",
    ),
    (["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "203.0.113.7"], "::ffff:203.0.113.8"),
    // What a client claims stands before what the proxy saw.
    (
        [
            "198.51.100.1, 2001:db8:1::1",
            "10.0.0.1,2001:db8:1::2",
            "nonsense, 2001:db8:1::3",
            "::1, 2001:db8:1::4",
        ],
        "2001:db8:1::1, 2001:db8:1:1::1",
    ),
    // A link-local network is one as well.
    (["fe80::1", "fe80::2", "fe80::a:b:c:d", "fe80::ffff"], "fe80:0:0:1::1"),
];
