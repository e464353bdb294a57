//! Styles, scripts and icons: embedded in the binary, named by their content, compressed once.
//!
//! A page names an asset by [`asset_url`], e.g. `/assets/app.3f9c01aa.css`; the router answers `/assets/{path}` with
//! [`asset`]. Since the name changes with the content, the answer can be kept for ever.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::Write as _,
    io::Write as _,
    sync::{LazyLock, OnceLock},
};

use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;

use crate::colour::{self, Rgb};

/// Where assets live below the public URL.
pub const PREFIX: &str = "/assets/";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../static"]
struct Static;

/// A file to serve.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The content as it is.
    pub bytes: Cow<'static, [u8]>,
    /// The same, compressed, where that is worth it.
    pub gzip: Option<&'static [u8]>,
    /// Value for `Content-Type`.
    pub content_type: &'static str,
    /// Whether the name changes with the content: then `Cache-Control: public, max-age=31536000, immutable` is right.
    /// Otherwise the content may change under the same name.
    pub immutable: bool,
    /// An entity tag, with its quotes.
    pub etag: String,
}

struct Entry {
    bytes: Cow<'static, [u8]>,
    hash: String,
    gzip: OnceLock<Option<Vec<u8>>>,
    content_type: &'static str,
}

/// Embedded files by their plain name, e.g. `app.css`.
static FILES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|name| {
            let file = Static::get(&name)?;
            let hash = file.metadata.sha256_hash().iter().take(4).fold(String::new(), |mut hex, byte| {
                // Writing to a string can't fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            let content_type = content_type(&name);
            Some((name.into_owned(), Entry { bytes: file.data, hash, gzip: OnceLock::new(), content_type }))
        })
        .collect()
});

/// The plain name of a file by its fingerprinted one, e.g. `app.css` of `app.3f9c01aa.css`.
static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    FILES.iter().map(|(name, entry)| (fingerprinted(name, &entry.hash), name.as_str())).collect()
});

/// Paths by plain name.
static URLS: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(name, entry)| (name.as_str(), format!("{PREFIX}{}", fingerprinted(name, &entry.hash))))
        .collect()
});

/// Path of an embedded file under its fingerprinted name; the page then finds nothing there if the file does not
/// exist, which a test excludes.
pub fn asset_url(name: &str) -> &'static str {
    URLS.get(name).map_or(PREFIX, String::as_str)
}

/// The file for the rest of a path after [`PREFIX`]: a fingerprinted name, a plain name (then not immutable), or an
/// accent (`accent-3355cc.css`). `None` means 404.
pub fn asset(path: &str) -> Option<Asset> {
    if let Some(hex) = path.strip_prefix("accent-").and_then(|rest| rest.strip_suffix(".css")) {
        return accent_css(hex).map(|css| Asset {
            bytes: Cow::Owned(css.into_bytes()),
            gzip: None,
            content_type: "text/css; charset=utf-8",
            immutable: false,
            etag: format!("\"{hex}-{}\"", env!("CARGO_PKG_VERSION")),
        });
    }
    let (entry, immutable) = match NAMES.get(path) {
        Some(name) => (FILES.get(*name)?, true),
        None => (FILES.get(path)?, false),
    };
    Some(Asset {
        bytes: entry.bytes.clone(),
        gzip: entry.gzip.get_or_init(|| compressed(&entry.bytes)).as_deref(),
        content_type: entry.content_type,
        immutable,
        etag: format!("\"{}\"", entry.hash),
    })
}

/// Plain names of all embedded files.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.keys().map(String::as_str)
}

/// Path of the stylesheet for an accent of six hexadecimal digits.
pub fn accent_url(hex: &str) -> String {
    format!("{PREFIX}accent-{hex}.css")
}

/// A stylesheet that sets the accent in both schemes, in shades that can be read; `None` unless `hex` is six
/// hexadecimal digits.
pub fn accent_css(hex: &str) -> Option<String> {
    if hex.starts_with('#') {
        return None;
    }
    Rgb::parse(hex).map(colour::accent_properties)
}

fn fingerprinted(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|small| small.len() + 100 < bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprinted_names_lead_back_to_the_file() {
        let url = asset_url("app.css");
        let name = url.strip_prefix(PREFIX).unwrap();
        assert!(name.starts_with("app.") && name.ends_with(".css") && name.len() == "app.12345678.css".len());
        let file = asset(name).unwrap();
        assert!(file.immutable);
        assert_eq!(file.content_type, "text/css; charset=utf-8");
        assert!(file.gzip.unwrap().len() < file.bytes.len());
        assert!(!asset("app.css").unwrap().immutable);
        assert!(asset("app.00000000.css").is_none());
        assert!(asset("../Cargo.toml").is_none());
    }

    #[test]
    fn accents_are_stylesheets_for_six_digits_only() {
        assert!(accent_css("3355cc").unwrap().contains("--accent:"));
        assert!(accent_css("#3355cc").is_none());
        assert!(asset("accent-3355cc.css").is_some());
        assert!(asset("accent-3355cc}body{.css").is_none());
    }

    #[test]
    fn styles_and_scripts_stay_small() {
        const OF_OTHERS: [&str; 2] = ["session-api.js", "check-session.js"];
        let total = |extension: &str| -> usize {
            // What pages of others load is none of our pages' weight.
            let of_pages = |name: &str| name.ends_with(extension) && !OF_OTHERS.contains(&name);
            FILES.iter().filter(|(name, _)| of_pages(name)).map(|(_, file)| file.bytes.len()).sum()
        };
        assert!(total(".css") < 30_000, "{} bytes of styles", total(".css"));
        assert!(total(".js") < 17_500, "{} bytes of scripts", total(".js"));
    }
}
