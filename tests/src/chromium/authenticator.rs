use anyhow::Context as _;
use serde_json::{Value, json};

use super::Chromium;

/// A device that keeps passkeys, as the browser plays one (Web Authentication section 11).
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Whether whoever holds it is the one whom it knows, or somebody else.
    pub verifies: bool,
    /// Whether it says that its keys may be copied to others of its owner's.
    pub syncs: bool,
}

impl Chromium {
    /// Plugs a device in; answers its id.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn plug_in(&self, device: Device) -> anyhow::Result<String> {
        // A page that is not in front is told that nobody allowed it.
        self.devtools("Page.bringToFront", &json!({})).await?;
        self.devtools("Emulation.setFocusEmulationEnabled", &json!({"enabled": true})).await?;
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": device.verifies,
            "defaultBackupEligibility": device.syncs, "defaultBackupState": device.syncs,
        });
        let id = self.session.post("/webauthn/authenticator", &device).await?;
        Ok(id.as_str().context("no id of a device")?.to_owned())
    }

    /// Takes a device away.
    ///
    /// # Errors
    /// When there is none.
    pub async fn unplug(&self, device: &str) -> anyhow::Result<()> {
        self.session.delete(&format!("/webauthn/authenticator/{device}")).await.map(drop)
    }

    /// Whether whoever holds the device from now on is the one whom it knows.
    ///
    /// # Errors
    /// When there is none.
    pub async fn verify(&self, device: &str, verifies: bool) -> anyhow::Result<()> {
        let path = format!("/webauthn/authenticator/{device}/uv");
        self.session.post(&path, &json!({"isUserVerified": verifies})).await.map(drop)
    }

    /// The keys in a device, private halves and all.
    ///
    /// # Errors
    /// When there is none.
    pub async fn keys(&self, device: &str) -> anyhow::Result<Vec<Value>> {
        let found = self.session.get(&format!("/webauthn/authenticator/{device}/credentials")).await?;
        Ok(found.as_array().context("no keys")?.clone())
    }

    /// Puts a key into a device, as whoever copied one would.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn put_key(&self, device: &str, key: &Value) -> anyhow::Result<()> {
        self.session.post(&format!("/webauthn/authenticator/{device}/credential"), key).await.map(drop)
    }
}
