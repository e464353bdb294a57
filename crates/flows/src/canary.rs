use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::Refusal;
use postern_storage::settings;

use crate::{App, SecretKey};

/// The setting that holds the canary, and the place it is sealed for.
pub(crate) const SETTING: &str = "secret_key.canary";
/// What is sealed.
const SONG: &[u8] = b"postern";

impl App {
    /// Makes sure that the secret key is the one this database was begun with; a database that is new remembers it. With
    /// another key no token, client secret or signing key of it would be known again.
    ///
    /// # Errors
    /// `server_error` that says what to do if the key is another one; `temporarily_unavailable` if the database fails.
    pub async fn check_secret_key(&self) -> Result<(), Refusal> {
        let known = match settings::find(&self.db, SETTING).await? {
            Some(known) => known,
            None => self.remember_secret_key().await?,
        };
        match is_of(&self.secret_key, &known) {
            true => Ok(()),
            false => Err(Refusal::server_error(
                "the secret key is not the one this database was begun with; put the file back that secret_key_file \
                 named then, or restore it from a backup",
            )),
        }
    }

    async fn remember_secret_key(&self) -> Result<String, Refusal> {
        let sealed = STANDARD.encode(self.secret_key.seal(SETTING, SONG).map_err(Refusal::because)?);
        let write = self.db.write(sealed.clone(), |tx, sealed| {
            Box::pin(async move { Ok::<_, Refusal>(settings::claim(tx, SETTING, sealed).await?) })
        });
        if write.await? {
            return Ok(sealed);
        }
        Ok(settings::find(&self.db, SETTING).await?.unwrap_or_default())
    }
}

/// Whether a database that remembers this was begun with this key.
pub(crate) fn is_of(secret_key: &SecretKey, remembered: &str) -> bool {
    let sealed = STANDARD.decode(remembered).ok();
    sealed.and_then(|sealed| secret_key.open(SETTING, &sealed).ok()).is_some_and(|song| *song == SONG)
}
