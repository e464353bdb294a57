//! Known devices: a signed, long-lived cookie that says which accounts were signed in to in a browser. It proves nothing
//! about who sits there; it only gives guesses from there a budget of their own, so that strangers who use up an
//! account's budget do not lock out its owner.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, Timestamp, UserId};
use uuid::Uuid;

use crate::App;

/// How long a device is known without signing in on it again. Browsers keep no cookie for longer.
pub const LIFETIME: Lifetime = Lifetime::days(400);
/// How many accounts one device remembers.
const MOST: usize = 4;
/// An account, a device id, and the time of the sign-in, 8 bytes.
const BODY: usize = 16 + 16 + 8;

/// One account on one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    user: UserId,
    id: [u8; 16],
    since: Timestamp,
}

impl KnownDevice {
    /// What tells this account on this device from every other.
    pub(crate) fn key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        let (user, device) = key.split_at_mut(16);
        user.copy_from_slice(self.user.0.as_bytes());
        device.copy_from_slice(&self.id);
        key
    }

    fn body(&self) -> Vec<u8> {
        [self.key().as_slice(), &self.since.0.to_be_bytes()].concat()
    }

    fn parse(app: &App, text: &str, now: Timestamp) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, mark) = bytes.split_at_checked(BODY)?;
        if !app.secret_key.is_mark("device", body, mark) {
            return None;
        }
        let (user, rest) = body.split_at_checked(16)?;
        let (id, since) = rest.split_at_checked(16)?;
        let since = Timestamp(i64::from_be_bytes(since.try_into().ok()?));
        let user = UserId(Uuid::from_slice(user).ok()?);
        (since.plus(LIFETIME) > now).then_some(Self { user, id: id.try_into().ok()?, since })
    }
}

/// What the cookie `cookie` says of an account; `None` if nothing, or it was made up.
pub(crate) fn find(app: &App, cookie: Option<&str>, user: UserId, now: Timestamp) -> Option<KnownDevice> {
    known(app, cookie, now).into_iter().find(|device| device.user == user)
}

/// The cookie's new value once `user` has signed in. It remembers other accounts too, the latest few.
pub(crate) fn remember(app: &App, cookie: Option<&str>, user: UserId, now: Timestamp) -> String {
    let mut devices = known(app, cookie, now);
    let id = devices.iter().find(|device| device.user == user).map(|device| device.id);
    let id = id.unwrap_or_else(|| {
        let mut id = [0; 16];
        app.rng.fill(&mut id);
        id
    });
    devices.retain(|device| device.user != user);
    devices.insert(0, KnownDevice { user, id, since: now });
    let texts = devices.iter().take(MOST).map(|device| {
        let body = device.body();
        let mark = app.secret_key.mark("device", &body);
        URL_SAFE_NO_PAD.encode([body.as_slice(), &mark].concat())
    });
    texts.collect::<Vec<_>>().join(".")
}

fn known(app: &App, cookie: Option<&str>, now: Timestamp) -> Vec<KnownDevice> {
    let texts = cookie.unwrap_or_default().split('.').take(MOST);
    texts.filter_map(|text| KnownDevice::parse(app, text, now)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn a_device_knows_its_latest_accounts() {
        let app = testing::app().await;
        let now = app.clock.now();
        let users: Vec<UserId> = (0..6).map(|_| app.new_id()).collect();
        let first = remember(&app, None, users[0], now);
        let device = find(&app, Some(&first), users[0], now).unwrap();
        assert_eq!(find(&app, Some(&first), users[1], now), None);
        let mut cookie = first;
        for user in &users[1..4] {
            cookie = remember(&app, Some(&cookie), *user, now);
        }
        cookie = remember(&app, Some(&cookie), users[0], now);
        assert_eq!(find(&app, Some(&cookie), users[0], now), Some(device));
        for user in &users[4..] {
            cookie = remember(&app, Some(&cookie), *user, now);
        }
        assert!(find(&app, Some(&cookie), users[1], now).is_none());
        assert_eq!(find(&app, Some(&cookie), users[0], now), Some(device));
        assert_eq!(find(&app, Some(&cookie), users[0], now.plus(LIFETIME)), None);
    }

    #[tokio::test]
    async fn what_was_made_up_is_not_known() {
        let app = testing::app().await;
        let (now, user) = (app.clock.now(), app.new_id());
        let cookie = remember(&app, None, user, now);
        assert!(find(&app, Some(&cookie), user, now).is_some());
        for at in 0..cookie.len() - 1 {
            let mut changed = cookie.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(find(&app, Some(std::str::from_utf8(&changed).unwrap()), user, now), None);
        }
        for text in ["", ".", "....", "a", &cookie[1..]] {
            assert_eq!(find(&app, Some(text), user, now), None);
        }
    }
}
