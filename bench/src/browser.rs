//! As much of a browser as signing in takes: cookies, redirects and the forms of a page.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use url::{Url, form_urlencoded::Serializer};

use crate::connection::{Answer, Connection};

/// A browser at one server.
pub(crate) struct Browser {
    connection: Connection,
    origin: Url,
    cookies: BTreeMap<String, String>,
}

/// A page, and where it is.
pub(crate) struct Page {
    url: Url,
    html: String,
}

/// Where a way through the server ended.
pub(crate) enum Arrival {
    /// At a page of the server.
    At(Page),
    /// Sent away to another origin.
    Away(Url),
}

impl Browser {
    pub(crate) fn new(port: u16) -> anyhow::Result<Self> {
        let origin = Url::parse(&format!("http://127.0.0.1:{port}"))?;
        Ok(Self { connection: Connection::new(port), origin, cookies: BTreeMap::new() })
    }

    /// One GET, without following where it leads.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        let cookies = self.cookie_header();
        let answer = self.connection.get(path, &[("cookie", &cookies), ("accept", "text/html")]).await?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// Opens an address and follows redirects until a page or another origin.
    pub(crate) async fn open(&mut self, url: Url) -> anyhow::Result<Arrival> {
        let answer = self.get(&path_of(&url)).await?;
        self.follow(url, answer).await
    }

    /// Sends the form of a page that has a field or button of this name, with these values for its fields.
    pub(crate) async fn submit(
        &mut self,
        page: &Page,
        has: &str,
        values: &[(&str, &str)],
    ) -> anyhow::Result<Arrival> {
        let form = page.form(has).with_context(|| format!("{} has no form with {has}", page.url))?;
        let action = page.url.join(&unescaped(&attribute(form, "action").unwrap_or_default()))?;
        ensure!(action.origin() == self.origin.origin(), "the form goes to {action}");
        let mut body = Serializer::new(String::new());
        for field in tags(form, "<input") {
            let hidden = attribute(field, "type").is_some_and(|kind| kind == "hidden");
            if let Some(name) = attribute(field, "name").filter(|_| hidden) {
                body.append_pair(&name, &unescaped(&attribute(field, "value").unwrap_or_default()));
            }
        }
        body.extend_pairs(values);
        let (cookies, origin) = (self.cookie_header(), self.origin.origin().ascii_serialization());
        let headers = [
            ("cookie", cookies.as_str()),
            ("origin", &origin),
            ("referer", page.url.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-user", "?1"),
            ("accept", "text/html"),
        ];
        let answer = self.connection.post(&path_of(&action), &headers, body.finish()).await?;
        self.keep_cookies(&answer);
        self.follow(action, answer).await
    }

    async fn follow(&mut self, mut url: Url, mut answer: Answer) -> anyhow::Result<Arrival> {
        for _ in 0..10 {
            if !answer.status.is_redirection() {
                ensure!(answer.status.is_success(), "{url} answered {}: {}", answer.status, answer.text());
                return Ok(Arrival::At(Page { url, html: answer.text() }));
            }
            url = url.join(answer.header("location"))?;
            if url.origin() != self.origin.origin() {
                return Ok(Arrival::Away(url));
            }
            answer = self.get(&path_of(&url)).await?;
        }
        bail!("too many redirects, the last to {url}")
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for set in answer.headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

impl Page {
    /// Whether a form of the page has a field or button of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.form(name).is_some()
    }

    /// Where the page is, and what it says, for error messages.
    pub(crate) fn describe(&self) -> String {
        format!("{}: {}", self.url, self.html)
    }

    fn form(&self, name: &str) -> Option<&str> {
        let named = format!("name=\"{name}\"");
        self.html
            .split("<form")
            .skip(1)
            .filter_map(|form| form.split("</form>").next())
            .find(|form| form.contains(&named))
    }
}

/// The path and query of a URL, as they go into a request.
pub(crate) fn path_of(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    html.split(name).skip(1).filter_map(|tag| tag.split('>').next())
}

/// An attribute of the first tag in `html`; the server's pages always quote with `"`.
fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = html.split('>').next()?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next().map(str::to_owned)
}

fn unescaped(text: &str) -> String {
    let entities =
        [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&#x2F;", "/"), ("&#38;", "&")];
    let text = entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain));
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
}
