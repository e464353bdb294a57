use std::time::Duration;

use postern_flows::Config;
use postern_flows::mail::{self, Delivery, DeliveryError};

use super::finding::Finding;

const CHECK: &str = "mail";
/// How long a mail server has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether mails can go out: the folder can be written to, or the mail server takes our name and password.
pub(super) async fn mail(config: &Config) -> Finding {
    match tokio::time::timeout(PATIENCE, check(config)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let remedy = "correct mail.smtp_url, mail.directory or mail.from; mails wait meanwhile and are tried again";
            return Finding::error(CHECK, error.to_string(), remedy);
        }
        Err(_) => {
            let remedy = "check the host and port in mail.smtp_url, and that a firewall lets them through";
            return Finding::error(CHECK, "the mail server does not answer", remedy);
        }
    }
    match (&config.mail.smtp_url, config.is_https()) {
        (Some(_), _) => Finding::ok(CHECK, "the mail server takes mails from us"),
        (None, false) => Finding::ok(CHECK, format!("they are put into {}", config.mail.directory.display())),
        (None, true) => Finding::warning(
            CHECK,
            format!("they are put into {}, where nobody gets them", config.mail.directory.display()),
            "set mail.smtp_url, or have another program send what is in that folder",
        ),
    }
}

async fn check(config: &Config) -> Result<(), DeliveryError> {
    mail::sender(config, &config.branding.name)?;
    Delivery::of(config)?.check().await
}
