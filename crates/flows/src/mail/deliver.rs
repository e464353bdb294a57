use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use postern_domain::MailId;
use tokio::io::AsyncWriteExt;
use url::{Host, Url};

use crate::Config;

/// Longest that one command of a mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where mails go.
#[derive(Debug)]
pub enum Delivery {
    /// To a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into a folder, one file each.
    Directory(PathBuf),
}

/// Why a mail did not go out, or cannot.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// `mail.smtp_url` names no mail server that can be used.
    #[error("mail.smtp_url {0}; write smtps://USER:PASSWORD@HOST, or smtp://HOST for STARTTLS")]
    Url(&'static str),
    /// The mail server said no, or nothing.
    #[error("the mail server: {0}")]
    Smtp(#[from] smtp::Error),
    /// The mail server took the connection and then said nothing of use.
    #[error("the mail server does not answer as one")]
    Silent,
    /// The folder cannot be written to.
    #[error("{0}: {1}")]
    Directory(PathBuf, #[source] io::Error),
    /// `mail.from`, or what stands in for it, is no address.
    #[error("mail.from is no address; write Acme <no-reply@example.com>")]
    From,
    /// The message cannot be put together.
    #[error("the message cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
}

impl DeliveryError {
    /// Whether another try is no use: the mail server will never take this mail (RFC 5321 section 4.2.1). That it does not
    /// take our name and password (RFC 4954 section 6) says nothing of the mail, and somebody may put it right.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Smtp(error) if error.is_permanent() => {
                error.status().is_none_or(|code| !(530..540).contains(&u16::from(code)))
            }
            _ => false,
        }
    }
}

impl Delivery {
    /// The way that the settings name.
    ///
    /// # Errors
    /// [`DeliveryError::Url`] says what is wrong with `mail.smtp_url`.
    pub fn of(config: &Config) -> Result<Self, DeliveryError> {
        match &config.mail.smtp_url {
            Some(url) => smtp(url.reveal()).map(Self::Smtp),
            None => Ok(Self::Directory(config.mail.directory.clone())),
        }
    }

    /// That mails can go this way.
    ///
    /// # Errors
    /// [`DeliveryError`] if the mail server does not take our name and password, or the folder cannot be written to.
    pub async fn check(&self) -> Result<(), DeliveryError> {
        match self {
            Self::Smtp(server) => match server.test_connection().await? {
                true => Ok(()),
                false => Err(DeliveryError::Silent),
            },
            Self::Directory(folder) => {
                let kept = try_folder(folder).await;
                kept.map_err(|error| DeliveryError::Directory(folder.clone(), error))
            }
        }
    }

    /// Sends a message.
    pub(super) async fn send(&self, id: MailId, message: Message) -> Result<(), DeliveryError> {
        match self {
            Self::Smtp(server) => {
                server.send(message).await?;
                Ok(())
            }
            Self::Directory(folder) => {
                let kept = keep(folder, id, &message.formatted()).await;
                kept.map_err(|error| DeliveryError::Directory(folder.clone(), error))
            }
        }
    }
}

/// Whom mails come from, where the instance calls itself `service`.
///
/// # Errors
/// [`DeliveryError::From`] if that is no address.
pub fn sender(config: &Config, service: &str) -> Result<Mailbox, DeliveryError> {
    if let Some(from) = &config.mail.from {
        return from.parse().map_err(|_| DeliveryError::From);
    }
    // RFC 5321 section 4.1.3: a host without a name is an address literal.
    let domain = match config.public_url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(address)) => format!("[{address}]"),
        Some(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
        None => return Err(DeliveryError::From),
    };
    let address = Address::new("no-reply", domain).map_err(|_| DeliveryError::From)?;
    Ok(Mailbox::new(Some(service.to_owned()), address))
}

/// Speaks TLS unless it is said that there is none, and never sends a password in the clear but to this machine.
fn smtp(text: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, DeliveryError> {
    let mut url = Url::parse(text).map_err(|_| DeliveryError::Url("is no URL"))?;
    let tls: Vec<String> =
        url.query_pairs().filter(|(name, _)| name == "tls").map(|(_, value)| value.into_owned()).collect();
    let is_here = is_loopback(&url);
    let encrypted = match (url.scheme(), tls.as_slice()) {
        ("smtps", []) => true,
        ("smtp", [only]) if only == "required" => true,
        ("smtp", [only]) if only == "none" => false,
        ("smtp", []) => !is_here,
        ("smtp", _) => return Err(DeliveryError::Url("takes tls=required or tls=none")),
        _ => return Err(DeliveryError::Url("does not begin with smtp:// or smtps://")),
    };
    if !encrypted && !is_here && url.password().is_some() {
        return Err(DeliveryError::Url("would send its password in the clear"));
    }
    if url.scheme() == "smtp" {
        url.set_query(encrypted.then_some("tls=required"));
    }
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())?;
    Ok(builder.timeout(Some(PATIENCE)).build())
}

fn is_loopback(url: &Url) -> bool {
    // The host of a scheme that the URL standard does not know is not read as an address.
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

/// Writes a file and takes it away again. The folder is made by then, as it is for the first mail.
async fn try_folder(folder: &Path) -> io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let probe = folder.join(".doctor.part");
    tokio::fs::write(&probe, b"").await?;
    tokio::fs::remove_file(&probe).await
}

/// Writes a file whole: under another name first, so that whoever watches the folder never reads half a mail. Links in it
/// work, so it is for its owner alone.
async fn keep(folder: &Path, id: MailId, bytes: &[u8]) -> io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let unfinished = folder.join(format!(".{id}.part"));
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(&unfinished, folder.join(format!("{id}.eml"))).await
}
