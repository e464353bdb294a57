//! A pasted curl command, as far as limits look at the request that it makes.

use super::shell_words;

/// The request that a command makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) body: Option<String>,
    /// What it says that its body is.
    pub(super) content_type: Option<String>,
}

/// What an option means here.
#[derive(Clone, Copy)]
enum Means {
    Method,
    Header,
    Data,
    /// Data in which a leading `@` means itself.
    RawData,
    Json,
    Url,
    Head,
    /// The data become the query.
    Get,
    /// Of no matter to limits, with a value.
    Valued,
    /// Of no matter to limits.
    Flag,
}

const LONG: [(&str, Means); 47] = [
    ("request", Means::Method),
    ("header", Means::Header),
    ("data", Means::Data),
    ("data-ascii", Means::Data),
    ("data-binary", Means::Data),
    ("data-raw", Means::RawData),
    ("json", Means::Json),
    ("url", Means::Url),
    ("head", Means::Head),
    ("get", Means::Get),
    ("user", Means::Valued),
    ("oauth2-bearer", Means::Valued),
    ("user-agent", Means::Valued),
    ("referer", Means::Valued),
    ("cookie", Means::Valued),
    ("cookie-jar", Means::Valued),
    ("output", Means::Valued),
    ("write-out", Means::Valued),
    ("max-time", Means::Valued),
    ("connect-timeout", Means::Valued),
    ("retry", Means::Valued),
    ("cacert", Means::Valued),
    ("cert", Means::Valued),
    ("key", Means::Valued),
    ("proxy", Means::Valued),
    ("resolve", Means::Valued),
    ("dump-header", Means::Valued),
    ("basic", Means::Flag),
    ("silent", Means::Flag),
    ("show-error", Means::Flag),
    ("insecure", Means::Flag),
    ("location", Means::Flag),
    ("verbose", Means::Flag),
    ("include", Means::Flag),
    ("fail", Means::Flag),
    ("fail-with-body", Means::Flag),
    ("compressed", Means::Flag),
    ("globoff", Means::Flag),
    ("no-buffer", Means::Flag),
    ("no-progress-meter", Means::Flag),
    ("progress-bar", Means::Flag),
    ("ipv4", Means::Flag),
    ("ipv6", Means::Flag),
    ("http1.1", Means::Flag),
    ("http2", Means::Flag),
    ("remote-name", Means::Flag),
    ("tlsv1.2", Means::Flag),
];

const SHORT: [(char, &str); 26] = [
    ('X', "request"),
    ('H', "header"),
    ('d', "data"),
    ('I', "head"),
    ('G', "get"),
    ('u', "user"),
    ('A', "user-agent"),
    ('e', "referer"),
    ('b', "cookie"),
    ('c', "cookie-jar"),
    ('o', "output"),
    ('w', "write-out"),
    ('m', "max-time"),
    ('E', "cert"),
    ('x', "proxy"),
    ('D', "dump-header"),
    ('s', "silent"),
    ('S', "show-error"),
    ('k', "insecure"),
    ('L', "location"),
    ('v', "verbose"),
    ('i', "include"),
    ('f', "fail"),
    ('g', "globoff"),
    ('N', "no-buffer"),
    ('O', "remote-name"),
];

/// Reads a command.
///
/// # Errors
/// A sentence that says what is not understood; nothing that could change the request is passed over.
pub(super) fn parse(text: &str) -> Result<Command, String> {
    let mut words = shell_words::split(text)?.into_iter();
    if !matches!(words.next().as_deref(), Some("curl" | "curl.exe")) {
        return Err("The command does not begin with curl.".to_owned());
    }
    let mut read = Reading::default();
    while let Some(word) = words.next() {
        if let Some(name) = word.strip_prefix("--") {
            let means = LONG.iter().find(|(known, _)| *known == name).map(|(_, means)| *means);
            read.option(means.ok_or_else(|| unknown(&word))?, &word, || words.next())?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            read.letters(letters, &mut words)?;
        } else {
            read.url(word)?;
        }
    }
    read.command()
}

fn unknown(option: &str) -> String {
    format!("The option {option} is not understood here. Leave it out, or write the request itself.")
}

#[derive(Default)]
struct Reading {
    method: Option<String>,
    url: Option<String>,
    data: Option<String>,
    content_type: Option<String>,
    json: bool,
    head: bool,
    get: bool,
}

impl Reading {
    /// `-sXPOST`: letters that may stand together, the last with its value.
    fn letters(&mut self, letters: &str, words: &mut impl Iterator<Item = String>) -> Result<(), String> {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let option = format!("-{letter}");
            let name = SHORT.iter().find(|(known, _)| *known == letter).map(|(_, name)| *name);
            let means = LONG.iter().find(|(known, _)| Some(*known) == name).map(|(_, means)| *means);
            let means = means.ok_or_else(|| unknown(&option))?;
            let takes_none = matches!(means, Means::Flag | Means::Head | Means::Get);
            let attached = rest.as_str();
            if takes_none {
                self.option(means, &option, || None)?;
            } else if attached.is_empty() {
                return self.option(means, &option, || words.next());
            } else {
                return self.option(means, &option, || Some(attached.to_owned()));
            }
        }
        Ok(())
    }

    fn option(
        &mut self,
        means: Means,
        option: &str,
        value: impl FnOnce() -> Option<String>,
    ) -> Result<(), String> {
        let value = || value().ok_or_else(|| format!("The option {option} has no value."));
        match means {
            Means::Flag => {}
            Means::Head => self.head = true,
            Means::Get => self.get = true,
            Means::Valued => drop(value()?),
            Means::Method => self.method = Some(plain(value()?, "method")?),
            Means::Url => self.url(value()?)?,
            Means::Header => self.header(&value()?)?,
            Means::RawData => self.data(value()?, "&")?,
            Means::Data => self.data(no_file(value()?, option)?, "&")?,
            Means::Json => {
                self.json = true;
                self.data(no_file(value()?, option)?, "")?;
            }
        }
        Ok(())
    }

    fn url(&mut self, url: String) -> Result<(), String> {
        let url = plain(url, "URL")?;
        let url = url.split('#').next().unwrap_or_default();
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        match self.url.replace(url) {
            None => Ok(()),
            Some(_) => Err("The command asks for more than one URL.".to_owned()),
        }
    }

    fn header(&mut self, header: &str) -> Result<(), String> {
        let Some((name, value)) = header.split_once(':') else { return Ok(()) };
        if name.trim().eq_ignore_ascii_case("content-type")
            && self.content_type.replace(value.trim().to_owned()).is_some()
        {
            return Err("The command says more than once what its body is.".to_owned());
        }
        if name.trim().eq_ignore_ascii_case("host") {
            return Err(
                "The command asks one host by the name of another: write the URL that the guard sees."
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn data(&mut self, data: String, between: &str) -> Result<(), String> {
        let data = plain(data, "body")?;
        self.data = Some(match self.data.take() {
            Some(before) => format!("{before}{between}{data}"),
            None => data,
        });
        Ok(())
    }

    fn command(self) -> Result<Command, String> {
        let mut url = self.url.ok_or_else(|| "The command has no URL.".to_owned())?;
        let kind = if self.json { "application/json" } else { "application/x-www-form-urlencoded" };
        let (body, usual) = match (self.data, self.get) {
            (Some(data), true) => {
                url = format!("{url}{}{data}", if url.contains('?') { '&' } else { '?' });
                (None, "GET")
            }
            (None, _) => (None, "GET"),
            (body, false) => (body, "POST"),
        };
        let usual = if self.head { "HEAD" } else { usual };
        let content_type = body.is_some().then(|| self.content_type.unwrap_or_else(|| kind.to_owned()));
        let method = self.method.unwrap_or_else(|| usual.to_owned());
        Ok(Command { method, url, body, content_type })
    }
}

/// A value that is known without a shell. A dollar sign alone, as in a price, is none of its variables.
fn plain(value: String, what: &str) -> Result<String, String> {
    let begins_name =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '{');
    match value.split('$').skip(1).any(begins_name) {
        true => Err(format!("The {what} holds a variable: write its value.")),
        false => Ok(value),
    }
}

fn no_file(value: String, option: &str) -> Result<String, String> {
    match value.starts_with('@') {
        true => Err(format!("{option} reads a file: write what is in it.")),
        false => Ok(value),
    }
}
