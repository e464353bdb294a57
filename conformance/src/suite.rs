//! The suite's REST API.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{outcome::Outcome, plan::Plan};

/// How long a module may take; the longest waits half a minute by itself.
const PATIENCE: Duration = Duration::from_secs(240);
/// How often a module is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(500);

/// A running suite.
pub(crate) struct Suite {
    base: Url,
    http: Client,
    version: String,
}

/// A plan that was made there.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    /// The suite's name for it.
    pub(crate) id: String,
    /// What it consists of.
    pub(crate) modules: Vec<Module>,
}

/// A module of a plan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Module {
    /// What it is called.
    pub(crate) test_module: String,
    /// Which variant of it the plan has.
    #[serde(default)]
    variant: Value,
}

/// How a module ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// In one word.
    pub(crate) outcome: Outcome,
    /// The day it ran, as the suite's clock has it.
    pub(crate) day: String,
    /// What the log says against it.
    pub(crate) complaints: Vec<String>,
}

#[derive(Deserialize)]
struct Info {
    status: String,
    result: Option<String>,
    #[serde(default)]
    started: String,
}

#[derive(Deserialize)]
struct Line {
    result: Option<String>,
    src: Option<String>,
    msg: Option<String>,
}

impl Suite {
    /// Finds the suite. Its certificate is not looked at: that of a suite on one's own machine is signed by nobody.
    ///
    /// # Errors
    /// When nothing answers there, or it is no suite.
    pub(crate) async fn at(base: &Url) -> anyhow::Result<Self> {
        let http = Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .timeout(Duration::from_secs(150))
            .build()?;
        let mut suite = Self { base: base.clone(), http, version: String::new() };
        let server: Value =
            suite.ask(Method::GET, "api/server", &[], None).await.context("there is no suite")?;
        let version = server.get("version").and_then(Value::as_str).context("api/server names no version")?;
        version.clone_into(&mut suite.version);
        Ok(suite)
    }

    /// What it calls its version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The name and the port it is reached by.
    pub(crate) fn host_and_port(&self) -> anyhow::Result<(&str, u16)> {
        let host = self.base.host_str().context("--suite has no host")?;
        Ok((host, self.base.port_or_known_default().context("--suite has no port")?))
    }

    /// Where its addresses for a plan with this alias begin.
    pub(crate) fn callback_base(&self, alias: &str) -> String {
        format!("{}test/a/{alias}", self.base)
    }

    /// Whether a server answers here, whoever signed its certificate.
    pub(crate) async fn answers(&self, url: &str) -> bool {
        self.http.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Makes a plan with this configuration.
    ///
    /// # Errors
    /// What the suite says against it.
    pub(crate) async fn make(&self, plan: &Plan, configuration: &Value) -> anyhow::Result<Made> {
        let variant = plan.variant().to_string();
        let query = [("planName", plan.test_plan), ("variant", &variant)];
        self.ask(Method::POST, "api/plan", &query, Some(configuration)).await
    }

    /// Runs a module of a plan to its end.
    ///
    /// # Errors
    /// When the suite does not answer as it should.
    pub(crate) async fn run(&self, made: &Made, module: &Module) -> anyhow::Result<Ended> {
        let variant = module.variant.to_string();
        let query = [("test", module.test_module.as_str()), ("plan", &made.id), ("variant", &variant)];
        let runner: Value = self.ask(Method::POST, "api/runner", &query, None).await?;
        let id = runner.get("id").and_then(Value::as_str).context("the suite names no module")?;
        let (info, outcome) = self.end_of(id).await?;
        let log: Vec<Line> = self.ask(Method::GET, &format!("api/log/{id}"), &[], None).await?;
        let complaints = log.iter().filter_map(Line::complaint).collect();
        let day = info.started.get(..10).unwrap_or_default().to_owned();
        Ok(Ended { outcome, day, complaints })
    }

    async fn end_of(&self, id: &str) -> anyhow::Result<(Info, Outcome)> {
        let begin = Instant::now();
        let mut started = false;
        loop {
            let info: Info = self.ask(Method::GET, &format!("api/info/{id}"), &[], None).await?;
            let ended = match info.status.as_str() {
                "FINISHED" => info.result.as_deref().is_some_and(|result| result != "UNKNOWN"),
                "INTERRUPTED" => true,
                _ => false,
            };
            if ended {
                let outcome = Outcome::of(&info.status, info.result.as_deref().unwrap_or_default());
                return Ok((info, outcome));
            }
            if info.status == "CONFIGURED" && !started {
                started = true;
                let _: Value = self.ask(Method::POST, &format!("api/runner/{id}"), &[], None).await?;
            }
            if begin.elapsed() > PATIENCE {
                let _: Value = self.ask(Method::DELETE, &format!("api/runner/{id}"), &[], None).await?;
                return Ok((info, Outcome::TimedOut));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<T> {
        let mut url = self.base.join(path)?;
        url.query_pairs_mut().extend_pairs(query);
        let request = self.http.request(method, url).header("accept", "application/json");
        let request = match body {
            Some(body) => request.json(body),
            None => request.header("content-type", "application/json"),
        };
        let answer = request.send().await.with_context(|| format!("ask the suite for {path}"))?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success() || status == StatusCode::NO_CONTENT, "{path}: {status}: {text}");
        let text = if text.is_empty() { "null" } else { &text };
        serde_json::from_str(text)
            .with_context(|| format!("{path}: what the suite answered is not understood"))
    }
}

impl Line {
    fn complaint(&self) -> Option<String> {
        let result =
            self.result.as_deref().filter(|result| ["FAILURE", "WARNING", "INTERRUPTED"].contains(result))?;
        let (from, what) = (self.src.as_deref().unwrap_or_default(), self.msg.as_deref().unwrap_or_default());
        Some(format!("{result} {from}: {what}"))
    }
}
