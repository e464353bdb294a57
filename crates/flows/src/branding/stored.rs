use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{Accent, Refusal};
use postern_storage::clients::Logo;
use postern_storage::{StorageError, Tx, settings};
use uuid::Uuid;

use crate::App;

/// What every look at the looks rests on: its epoch moves whenever the console changes them.
pub(super) const EPOCH: Uuid = Uuid::from_u128(0x6272_616e_6469_6e67_0000_0000_0000_0001);

/// What the names begin with under which the database remembers what was set.
const SET: &str = "branding.";
const NAME: &str = "branding.name";
const ACCENT: &str = "branding.accent";
/// The digest of the logo.
const LOGO: &str = "branding.logo";
/// What the name begins with under which the picture itself is, base64. Its digest follows, so that none is ever read in
/// the place of another.
const PICTURE: &str = "logo.";

/// What the console set; the rest is as the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) name: Option<String>,
    pub(super) accent: Option<Accent>,
    /// The digest of the logo.
    pub(super) logo: Option<String>,
}

impl Stored {
    /// What is set at the moment.
    pub(super) async fn find(app: &App) -> Result<Self, Refusal> {
        let mut stored = Self::default();
        for (name, value) in settings::list(&app.db, SET).await? {
            match name.as_str() {
                NAME => stored.name = Some(value),
                ACCENT => stored.accent = Accent::parse(&value).ok(),
                LOGO => stored.logo = Some(value),
                _ => {}
            }
        }
        Ok(stored)
    }
}

/// Sets the name, or puts it back.
pub(super) async fn put_name(tx: &Tx, name: Option<&str>) -> Result<(), StorageError> {
    put(tx, NAME, name).await
}

/// Sets the colour, or puts it back.
pub(super) async fn put_accent(tx: &Tx, accent: Option<&str>) -> Result<(), StorageError> {
    put(tx, ACCENT, accent).await
}

/// Sets the logo, or takes it away.
pub(super) async fn put_logo(tx: &Tx, logo: Option<&Logo>) -> Result<(), StorageError> {
    // First, so that of two who do this at once the second one waits here and then sees the picture of the first.
    put(tx, LOGO, logo.map(|logo| logo.digest.as_str())).await?;
    settings::forget_all(tx, PICTURE).await?;
    match logo {
        Some(logo) => settings::set(tx, &row_of(&logo.digest), &STANDARD.encode(&logo.bytes)).await,
        None => Ok(()),
    }
}

async fn put(tx: &Tx, name: &str, value: Option<&str>) -> Result<(), StorageError> {
    tx.invalidate(EPOCH);
    match value {
        Some(value) => settings::set(tx, name, value).await,
        None => settings::forget(tx, name).await,
    }
}

/// The picture of this digest, if it is the instance's logo.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails, or what is there is no picture.
pub(crate) async fn find_logo(app: &App, digest: &str) -> Result<Option<Logo>, Refusal> {
    let Some(text) = settings::find(&app.db, &row_of(digest)).await? else { return Ok(None) };
    let bytes = STANDARD.decode(text).map_err(Refusal::because)?;
    Ok(Some(Logo { digest: digest.to_owned(), content_type: "image/png".to_owned(), bytes }))
}

fn row_of(digest: &str) -> String {
    format!("{PICTURE}{digest}")
}
