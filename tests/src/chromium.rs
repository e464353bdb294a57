//! A real Chromium, driven by WebDriver, and axe-core to judge what it shows.
//!
//! `cargo xtask test` hands over the programs in `POSTERN_BROWSER` (chromedriver), `POSTERN_CHROMIUM` and
//! `POSTERN_AXE` (`axe.min.js`).

mod accessibility;
mod authenticator;
mod session;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

pub use authenticator::Device;
use session::Session;

/// How long an element may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);
/// The name under which WebDriver hands out elements (WebDriver, section 12.1).
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a browser is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Whether pages may run scripts.
    pub javascript: bool,
    /// Whether pages are told to be dark.
    pub dark: bool,
    /// Width of the window in CSS pixels; from 500 down it is a narrow screen that is emulated.
    pub width: u32,
}

impl Default for Setup {
    fn default() -> Self {
        Self { javascript: true, dark: false, width: 1280 }
    }
}

/// A browser with an empty profile; it ends with this value.
pub struct Chromium {
    session: Session,
}

/// An element of the page that is shown.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Chromium {
    /// Starts one.
    ///
    /// # Errors
    /// When the programs are not there, with the remedy, or don't start.
    pub async fn start(setup: Setup) -> anyhow::Result<Self> {
        let browser = Self { session: Session::start(setup).await? };
        if setup.dark {
            let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
            browser.devtools("Emulation.setEmulatedMedia", &dark).await?;
        }
        browser.resize(setup.width).await?;
        Ok(browser)
    }

    /// Sets the width of the page in CSS pixels.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn resize(&self, width: u32) -> anyhow::Result<()> {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size).await.map(drop)
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        self.session.post("/url", &json!({"url": url})).await.with_context(|| format!("open {url}")).map(drop)
    }

    /// The address that is shown.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn url(&self) -> anyhow::Result<String> {
        text_of(&self.session.get("/url").await?)
    }

    /// Waits until the address contains `part`.
    ///
    /// # Errors
    /// When it never does; says where the browser is instead.
    pub async fn wait_for_url(&self, part: &str) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let url = self.url().await?;
            if url.contains(part) {
                return Ok(());
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "waited for {part}, but the browser is at {url}: {}",
                self.body().await?
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The title of the page.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn title(&self) -> anyhow::Result<String> {
        text_of(&self.session.get("/title").await?)
    }

    /// The visible text of the page.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn body(&self) -> anyhow::Result<String> {
        self.text(&self.find("body").await?).await
    }

    /// The element a CSS selector names, as soon as it is there.
    ///
    /// # Errors
    /// When it never is.
    pub async fn find(&self, selector: &str) -> anyhow::Result<Element> {
        self.locate("css selector", selector).await
    }

    /// The field that the label with this text belongs to, be the label around it or beside it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn field(&self, label: &str) -> anyhow::Result<Element> {
        let label = quoted(label);
        let xpath = format!(
            "//*[self::input or self::textarea or self::select][@id=//label[normalize-space()={label} or \
             starts-with(normalize-space(),{label})]/@for or ancestor::label[starts-with(normalize-space(),{label})]]"
        );
        self.locate("xpath", &xpath).await
    }

    /// The link or button with this text.
    ///
    /// # Errors
    /// When there is none.
    pub async fn control(&self, text: &str) -> anyhow::Result<Element> {
        let text = quoted(text);
        self.locate(
            "xpath",
            &format!("//*[self::a or self::button or self::summary][normalize-space()={text}]"),
        )
        .await
    }

    /// Types into a field after emptying it.
    ///
    /// # Errors
    /// When it takes no text.
    pub async fn fill(&self, element: &Element, text: &str) -> anyhow::Result<()> {
        self.session.post(&format!("/element/{}/clear", element.0), &json!({})).await?;
        self.session.post(&format!("/element/{}/value", element.0), &json!({"text": text})).await.map(drop)
    }

    /// Clicks as a hand would: an element that is covered can't be clicked, and one that is disabled is waited for.
    ///
    /// # Errors
    /// When it can't be clicked.
    pub async fn click(&self, element: &Element) -> anyhow::Result<()> {
        let begin = Instant::now();
        while self.session.get(&format!("/element/{}/enabled", element.0)).await? == json!(false) {
            ensure!(begin.elapsed() < PATIENCE, "{} stays disabled", element.0);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.session.post(&format!("/element/{}/click", element.0), &json!({})).await.map(drop)
    }

    /// The visible text of an element.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn text(&self, element: &Element) -> anyhow::Result<String> {
        text_of(&self.session.get(&format!("/element/{}/text", element.0)).await?)
    }

    /// Runs a script in the page and answers what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        self.session.post("/execute/sync", &json!({"script": script, "args": []})).await
    }

    /// Keeps a picture of the whole page.
    ///
    /// # Errors
    /// When the browser or the file refuses.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        let all = json!({"format": "png", "captureBeyondViewport": true});
        let picture = self.devtools("Page.captureScreenshot", &all).await?;
        let picture = picture["data"].as_str().context("no picture")?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, STANDARD.decode(picture)?)?;
        Ok(())
    }

    /// How far the page reaches beyond its window to the right, in CSS pixels.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn overflow(&self) -> anyhow::Result<i64> {
        let script = "const page = document.documentElement; return page.scrollWidth - page.clientWidth;";
        self.run(script).await?.as_i64().context("no width")
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn devtools(&self, command: &str, parameters: &Value) -> anyhow::Result<Value> {
        self.session.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters})).await
    }

    async fn locate(&self, using: &str, value: &str) -> anyhow::Result<Element> {
        let begin = Instant::now();
        loop {
            match self.session.post("/element", &json!({"using": using, "value": value})).await {
                Ok(found) => {
                    let id = found[ELEMENT_KEY].as_str().context("no element")?;
                    return Ok(Element(id.to_owned()));
                }
                Err(error) if begin.elapsed() > PATIENCE => {
                    return Err(error.context(format!("no {value} at {}", self.url().await?)));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

fn variable(name: &str) -> anyhow::Result<String> {
    std::env::var(name)
        .with_context(|| format!("{name} is not set: run `cargo xtask test`, which finds a browser"))
}

fn text_of(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().context("no text")?.to_owned())
}

/// Text as a literal of XPath 1.0, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
