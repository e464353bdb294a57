use postern_example_web_app::{Settings, serve};
use postern_tests::chromium::{Chromium, Setup};

async fn ledgerly() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        issuer: "http://127.0.0.1:1".into(),
        client_id: "client".into(),
        client_secret: None,
        base_url: base_url.clone(),
        scopes: vec!["profile".into()],
        for_organizations: false,
    };
    tokio::spawn(serve(listener, settings));
    base_url
}

#[tokio::test]
async fn its_pages_are_accessible_in_light_dark_and_narrow() {
    let base_url = ledgerly().await;
    let looks = [(false, 1280, "light"), (true, 1280, "dark"), (false, 320, "narrow")];
    for (dark, width, look) in looks {
        let browser = Chromium::start(Setup { dark, width, javascript: true }).await.unwrap();
        for path in ["/", "/sign-in", "/nowhere"] {
            browser.open(&format!("{base_url}{path}")).await.unwrap();
            let faults = browser.accessibility_faults().await.unwrap();
            assert_eq!(faults, Vec::<String>::new(), "{path} in {look}");
            assert_eq!(browser.overflow().await.unwrap(), 0, "{path} in {look}");
        }
    }
}

#[tokio::test]
async fn without_its_server_it_says_so_and_works_without_scripts() {
    let base_url = ledgerly().await;
    let browser = Chromium::start(Setup { javascript: false, ..Setup::default() }).await.unwrap();
    browser.open(&base_url).await.unwrap();
    browser.click(&browser.control("Sign in with Postern").await.unwrap()).await.unwrap();
    browser.wait_for_url("/sign-in").await.unwrap();
    assert!(browser.body().await.unwrap().contains("could not agree"));
}
