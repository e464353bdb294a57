use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use postern_domain::{ErrorCode, Refusal, TokenHash};
use postern_flows::sessions::Proven;
use postern_flows::{App, impersonation, sessions};
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{IMPERSONATED, KEY, OF_STORE, REPLACED, SWITCHED};

/// Sessions in the database, by the keyed hash of the id in the cookie.
#[derive(Clone)]
pub(crate) struct Store(Arc<App>);

impl Store {
    pub(crate) const fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// What is stored of a session's id.
pub(super) fn hash(app: &App, id: Id) -> TokenHash {
    TokenHash(app.secret_key.mark("session", &id.0.to_le_bytes()))
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut random = [0; 16];
        self.0.rng.fill(&mut random);
        record.id = Id(i128::from_le_bytes(random));
        let mut data = record.data.clone();
        let replaced = data.remove(REPLACED).and_then(|id| id.as_str()?.parse::<Id>().ok());
        let replaced = replaced.map(|id| hash(&self.0, id));
        let switch = data.remove(SWITCHED).and_then(|switch| serde_json::from_value(switch).ok());
        if let (Some(switch), Some(replaced)) = (switch, replaced) {
            let switched = sessions::switch(&self.0, hash(&self.0, record.id), replaced, switch).await;
            return switched.map_err(refused);
        }
        let impersonation = data.remove(IMPERSONATED).and_then(|it| serde_json::from_value(it).ok());
        if let (Some(impersonation), Some(replaced)) = (impersonation, replaced) {
            let hash = hash(&self.0, record.id);
            return impersonation::begin(&self.0, hash, replaced, impersonation).await.map_err(refused);
        }
        let proven = data.remove(KEY).ok_or_else(|| Error::Encode("nobody is signed in".to_owned()))?;
        let proven: Proven =
            serde_json::from_value(proven).map_err(|error| Error::Encode(error.to_string()))?;
        let begun = sessions::begin(&self.0, hash(&self.0, record.id), replaced, proven, text(&data)?).await;
        begun.map_err(refused)
    }

    /// Only updates, and only what pages remember: a session that was ended meanwhile stays ended.
    async fn save(&self, record: &Record) -> Result<()> {
        let hash = hash(&self.0, record.id);
        let Some(kept) = sessions::find(&self.0, hash).await.map_err(failed)? else { return Ok(()) };
        let mut data = record.data.clone();
        data.retain(|name, _| !OF_STORE.contains(&name.as_str()));
        let data = text(&data)?;
        if data != kept.data {
            sessions::save(&self.0, hash, kept.session.id, data).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let kept = sessions::find(&self.0, hash(&self.0, *id)).await.map_err(failed)?;
        let Some(kept) = kept else { return Ok(None) };
        let decode = |error: serde_json::Error| Error::Decode(error.to_string());
        let mut data: HashMap<String, Value> = serde_json::from_str(&kept.data).map_err(decode)?;
        data.insert(KEY.to_owned(), serde_json::to_value(&*kept.session).map_err(decode)?);
        let expiry_date = OffsetDateTime::from_unix_timestamp(kept.session.expires_at.0)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    /// Nothing to do: a session gets another cookie where it goes on, and ends in [`super::end`], each in one change.
    async fn delete(&self, _: &Id) -> Result<()> {
        Ok(())
    }
}

/// What pages remember, in the same words each time.
fn text(data: &HashMap<String, Value>) -> Result<String> {
    let ordered: std::collections::BTreeMap<_, _> = data.iter().collect();
    serde_json::to_string(&ordered).map_err(|error| Error::Encode(error.to_string()))
}

/// What must not begin is told apart from a database that is busy or away.
fn refused(refusal: Refusal) -> Error {
    match refusal.code {
        ErrorCode::Conflict => Error::Encode(refusal.description.into_owned()),
        _ => failed(refusal),
    }
}

fn failed(refusal: Refusal) -> Error {
    let cause = refusal.cause.as_ref().map_or_else(|| refusal.to_string(), ToString::to_string);
    Error::Backend(cause)
}
