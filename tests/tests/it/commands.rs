//! The command line.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use postern_tests::{Engine, Instance, OAuthClient, Registration, on_both_databases, unique};
use serde_json::Value;

on_both_databases! {
    async fn exit_codes_tell_refused_from_misused(instance: &Instance) {
        let person = instance.person();
        let refused = instance.cli_with_input(
            &["user", "create", "--email", &person.email, "--username", "other", "--password-stdin"],
            "a long enough pass phrase",
        );
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{refused:?}");
        assert!(refused.stderr.contains("mail"), "{refused:?}");
        for misused in [&["nonsense"][..], &["user"], &["user", "create"], &["client", "create", "--type", "odd"]] {
            let result = instance.cli(misused);
            assert_eq!((result.code, result.stdout.as_str()), (2, ""), "{result:?}");
        }
        let listed = instance.cli(&["client", "list"]).json();
        assert!(listed["items"].is_array(), "{listed}");
        let missing = instance.cli(&["client", "show", "postern_ci_nobody"]);
        assert_eq!(missing.code, 1, "{missing:?}");
    }

    async fn weak_passwords_and_bad_uris_are_refused_here_as_well(instance: &Instance) {
        let weak = ["user", "create", "--email", "weak@example.com", "--username", "weak", "--password-stdin"];
        assert_eq!(instance.cli_with_input(&weak, "password").code, 1);
        for uri in ["http://app.example/cb", "https://app.example/cb#x", "javascript:alert(1)", "https://*.example"] {
            let arguments = ["client", "create", "--name", "x", "--type", "confidential", "--redirect-uri", uri];
            let result = instance.cli(&arguments);
            assert_eq!(result.code, 1, "{result:?}");
            assert!(result.stderr.len() > 20, "{result:?}");
        }
    }

    async fn an_account_can_come_with_all_that_is_known_of_a_person(instance: &Instance) {
        let file = std::env::temp_dir().join(unique("claims"));
        let name = unique("user");
        let email = format!("{name}@example.com");
        let path = file.to_str().unwrap();
        let create = ["user", "create", "--email", &email, "--username", &name, "--password-stdin", "--claims-file", path];
        for (claims, wrong) in [
            ("{\"favourite_tea\": \"oolong\"}", "favourite_tea"),
            ("{\"birthdate\": \"yesterday\"}", "birthdate"),
            ("{\"phone_number_verified\": 1}", "phone_number_verified"),
            ("[]", "JSON object"),
        ] {
            std::fs::write(&file, claims).unwrap();
            let refused = instance.cli_with_input(&create, "a long enough pass phrase");
            assert!(refused.code == 1 && refused.stderr.contains(wrong), "{claims}: {refused:?}");
        }
        let claims = r#"{"nickname": "Al", "phone_number": "+44 20 7946 0018", "phone_number_verified": true,
            "address": {"locality": "London", "country": "United Kingdom"}}"#;
        std::fs::write(&file, claims).unwrap();
        let made = instance.cli_with_input(&create, "a long enough pass phrase").json();
        std::fs::remove_file(&file).unwrap();
        let browser = instance.browser();
        let _ = browser.try_sign_in(&name, "a long enough pass phrase").await;
        let client = instance.client(&Registration::confidential().scope("openid profile address phone"));
        let said = client.userinfo(&client.tokens(&browser).await.access).await.expect(200).json();
        assert_eq!((&said["sub"], &said["nickname"]), (&made["id"], &"Al".into()));
        assert_eq!(said["phone_number_verified"], true);
        assert_eq!(said["address"]["formatted"], "London\nUnited Kingdom");
    }

    async fn a_client_may_be_brought_along(instance: &Instance) {
        let arguments = [
            "client", "create", "--name", "Moved", "--type", "confidential", "--redirect-uri", "https://moved.example/cb",
            "--client-id", "moved-client.1", "--client-secret-stdin",
        ];
        let secret = "a secret & its: strange+characters%";
        let made = instance.cli_with_input(&arguments, secret).json();
        assert_eq!(made["client_id"], "moved-client.1");
        let client = OAuthClient::known(instance, "moved-client.1", Some(secret), "https://moved.example/cb");
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        assert!(client.is_active(&tokens.access).await);
        let again = instance.cli_with_input(&arguments, secret);
        assert_eq!(again.code, 1, "{again:?}");
    }

    async fn how_the_server_does_is_printed(instance: &Instance) {
        let overview = instance.cli(&["server", "overview"]).json();
        assert!(overview["users"].as_u64().is_some() && overview["pending_migrations"] == 0, "{overview}");
        let settings = instance.cli(&["server", "settings"]).json();
        let all = settings["settings"].as_array().unwrap();
        let url = all.iter().find(|one| one["name"] == "public_url").unwrap();
        assert!(url["source"].is_string(), "{url}");
        let mails = instance.cli(&["server", "mails"]).json();
        assert!(mails["waiting"].is_array() && mails["given_up"].is_array(), "{mails}");
        let retried = instance.cli(&["server", "retry-mails"]).json();
        assert!(retried["retried"].is_u64(), "{retried}");
        let providers = instance.cli(&["server", "providers"]).json();
        assert_eq!(providers["providers"], serde_json::json!([]), "{providers}");
    }

    async fn what_a_command_changes_the_running_server_sees(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = client.tokens(&browser).await;
        assert!(client.is_active(&tokens.access).await);
        let rotated = instance.cli(&["client", "rotate-secret", &client.id]).json();
        let mut newer = client.clone();
        newer.secret = rotated["client_secret"].as_str().map(str::to_owned);
        instance.secrets().add(newer.secret.as_deref().unwrap());
        within_a_second(|| async { newer.redeem("x", None).await.status == 400 }).await;
        assert_eq!(instance.cli(&["client", "delete", &client.id]).code, 0);
        within_a_second(|| async { client.userinfo(&tokens.access).await.status == 401 }).await;
        within_a_second(|| async { client.refresh(&tokens.refresh).await.status == 401 }).await;
    }

    async fn a_token_is_explained_without_being_shown(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        for token in [&tokens.access, &tokens.refresh] {
            let result = instance.cli(&["token", "explain", token]);
            assert_eq!(result.code, 0, "{result:?}");
            assert!(!result.stdout.contains(token.as_str()) && !result.stderr.contains(token.as_str()));
            let explained: Value = result.json();
            assert!(explained.is_object(), "{explained}");
        }
    }

    async fn the_value_of_a_renewed_token_is_not_printed(instance: &Instance) {
        let person = instance.person();
        let made = ["token", "create", "--user", &person.username, "--name", "ci"];
        let made: Value = instance.cli(&made).json();
        instance.secrets().add(made["token"].as_str().unwrap());
        let renewed: Value = instance.cli(&["token", "renew", made["id"].as_str().unwrap()]).json();
        let mut fields: Vec<_> = renewed.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!((fields, &renewed["id"]), (vec!["expires_at", "id"], &made["id"]), "{renewed}");
    }

    async fn keys_rotate_under_a_running_server(engine: Engine) {
        let instance = Instance::start(engine).await;
        let client = instance.client(&Registration::confidential());
        let keys = || async {
            let jwks = client.wire().send(postern_tests::Request::get("/.well-known/jwks.json")).await;
            let jwks = jwks.expect(200).json();
            let ids = jwks["keys"].as_array().unwrap().iter().map(|key| {
                assert!(key["alg"].is_string() && key["use"] == "sig" && key.get("d").is_none(), "{key}");
                key["kid"].as_str().unwrap().to_owned()
            });
            ids.collect::<Vec<_>>()
        };
        let before = keys().await;
        let browser = instance.browser_of(&instance.person()).await;
        let old = client.tokens(&browser).await;
        assert_eq!(instance.cli(&["key", "rotate"]).code, 0);
        within_a_second(|| async { keys().await != before }).await;
        let after = keys().await;
        assert!(before.iter().all(|key| after.contains(key)), "an old key is gone: {before:?} {after:?}");
        let new = client.tokens(&browser).await;
        for token in [&old.id, &new.id] {
            let header = token.split('.').next().unwrap();
            let header = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, header).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert!(after.iter().any(|key| header["kid"] == key.as_str()), "{header} is not in {after:?}");
        }
    }

    async fn settings_are_shown_without_their_secrets(engine: Engine) {
        let instance = Instance::set_up(engine, &[]);
        let shown = instance.cli(&["serve", "--print-config"]);
        assert_eq!(shown.code, 0, "{shown:?}");
        let settings = shown.json();
        assert_eq!(settings["keys"]["rsa_bits"], 2048, "{shown:?}");
        assert!(settings["public_url"].is_string(), "{shown:?}");
        let url = url::Url::parse(&instance.database().url).unwrap();
        if let Some(password) = url.password().filter(|password| !password.is_empty()) {
            assert!(!shown.stdout.contains(password) && !shown.stderr.contains(password), "{shown:?}");
        }
        let hidden = Instance::set_up(Engine::Sqlite, &[("database_url", "postgres://u:hunter2hunter2@db.invalid/x")]);
        let shown = hidden.cli(&["serve", "--print-config"]);
        assert!(!shown.stdout.contains("hunter2hunter2"), "{shown:?}");
        let failed = hidden.cli(&["migrate"]);
        assert_eq!(failed.code, 1, "{failed:?}");
        assert!(!format!("{failed:?}").contains("hunter2hunter2"), "{failed:?}");
    }

    async fn a_database_that_is_away_is_named_and_soon(engine: Engine) {
        if engine == Engine::Sqlite {
            return;
        }
        // A port that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("postgres://postern:hunter2hunter2@127.0.0.1:{port}/away");
        let instance = Instance::set_up(engine, &[("database_url", &url)]);
        for command in [&["client", "list"][..], &["migrate"], &["serve"], &["doctor"]] {
            let begin = Instant::now();
            let result = instance.cli(command);
            assert!(begin.elapsed() < Duration::from_secs(8), "{command:?} took {:?}", begin.elapsed());
            assert_eq!(result.code, 1, "{result:?}");
            let told = format!("{}{}", result.stdout, result.stderr);
            for part in [&format!("postgres://postern:***@127.0.0.1:{port}/away"), "refused", "database_url"] {
                assert!(told.contains(part), "no {part}: {told}");
            }
            assert!(!told.contains("hunter2") && !told.contains("timed out"), "{told}");
        }
    }

    async fn an_unknown_setting_names_the_nearest(engine: Engine) {
        for (unknown, nearest) in [
            ("public_uri", "public_url"), ("tokens.prefixx", "tokens.prefix"), ("lifetimes.acces_token", "access_token"),
        ] {
            let instance = Instance::set_up(engine, &[(unknown, "x")]);
            let result = instance.cli(&["serve"]);
            assert_ne!(result.code, 0, "{result:?}");
            assert!(result.stderr.contains(nearest), "{result:?}");
        }
        let of_kubernetes = [
            ("service_host", "10.0.0.11"), ("service_port", "80"), ("port", "tcp://10.0.0.11:80"), ("port_80_tcp_port", "80"),
        ];
        let instance = Instance::set_up(engine, &of_kubernetes);
        assert_eq!(instance.cli(&["serve", "--print-config"]).code, 0);
        let instance = Instance::set_up(engine, &[]);
        let file = instance.folder().join("postern.toml");
        std::fs::write(&file, "[registration]\nopened = true\n").unwrap();
        let result = instance.cli(&["serve"]);
        assert!(result.code != 0 && result.stderr.contains("registration.open"), "{result:?}");
        let result = instance.cli(&["migrate", "--config", "missing.toml"]);
        assert!(result.code != 0 && result.stderr.contains("missing.toml"), "{result:?}");
    }

    async fn another_secret_key_is_refused(engine: Engine) {
        let instance = Instance::start(engine).await;
        let key = instance.folder().join("secret.key");
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        let original = std::fs::read(&key).unwrap();
        assert_eq!(original.len(), 32);
        instance.kill();
        for other in [vec![7; 32], original[..31].to_vec(), Vec::new()] {
            std::fs::write(&key, &other).unwrap();
            let result = instance.cli(&["serve"]);
            assert_eq!(result.code, 1, "{result:?}");
            assert!(result.stderr.contains("key"), "{result:?}");
        }
        std::fs::remove_file(&key).unwrap();
        let result = instance.cli(&["serve"]);
        assert_eq!(result.code, 1, "a new key for an old database: {result:?}");
        std::fs::write(&key, &original).unwrap();
        instance.restart();
        instance.wait_until_ready().await;
    }

    async fn migrating_is_done_once_however_many_try(engine: Engine) {
        let instance = Instance::set_up(engine, &[]);
        let commands: Vec<_> = (0..4)
            .map(|_| {
                let mut command = instance.command(&["migrate"]);
                std::thread::spawn(move || command.output().unwrap())
            })
            .collect();
        for command in commands {
            let output = command.join().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let again = instance.cli(&["migrate"]).json();
        assert!(!again.to_string().contains("m2026"), "{again}");
        let doctor = instance.cli(&["doctor"]);
        assert!(doctor.code == 0 || doctor.code == 1, "{doctor:?}");
    }

    async fn the_doctor_says_what_is_wrong_and_what_to_do(instance: &Instance) {
        let healthy = instance.cli(&["doctor"]);
        assert_eq!(healthy.code, 0, "{healthy:?}");
        for check in ["settings", "public_url", "clock", "secret_key_file", "database", "keys", "mail", "outside"] {
            assert_eq!(finding(&healthy.json(), check)["status"], "ok", "{healthy:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("secret.key");
        std::fs::write(&key, [5; 32]).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        for (variable, value, check, status) in [
            ("POSTERN_SECRET_KEY_FILE", key.to_str().unwrap(), "secret_key_file", "error"),
            ("POSTERN_MAIL__SMTP_URL", "smtp://127.0.0.1:1", "mail", "error"),
            ("POSTERN_PUBLIC_URL", "http://127.0.0.1:1", "outside", "warning"),
        ] {
            let output = instance.command(&["doctor"]).env(variable, value).output().unwrap();
            let found: Value = serde_json::from_slice(&output.stdout).unwrap();
            let all = found["items"].as_array().unwrap();
            let bad = all.iter().find(|one| one["check"] == check && one["status"] == status);
            assert!(bad.is_some_and(|bad| bad["remedy"].is_string()), "{variable}: {found}");
            assert_eq!(output.status.success(), status == "warning", "{variable}: {found}");
        }
    }
}

/// What the doctor found of one thing.
fn finding<'a>(report: &'a Value, check: &str) -> &'a Value {
    report["items"].as_array().unwrap().iter().find(|one| one["check"] == check).unwrap()
}

/// Waits until something holds that another process brought about, for one second, which is what is promised.
async fn within_a_second<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < Duration::from_secs(1), "not seen within a second");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
