use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{self, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, Message, MultiPart, SinglePart};
use postern_domain::{MailId, Timestamp};

use super::Recipient;

/// A mail as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML that loads nothing.
    pub html: String,
}

/// RFC 3834 section 5: nobody's out-of-office answers it.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The message (RFC 5322). Names and subject are encoded by their types, so that none of them can add a header; the id is
/// the row's, so that a mail that was sent twice because its node died is shown once.
///
/// # Errors
/// Says what cannot be sent.
pub(super) fn message(
    from: &Mailbox,
    to: &Recipient,
    rendered: Rendered,
    id: MailId,
    date: Timestamp,
) -> Result<Message, lettre::error::Error> {
    let address = to.email.as_str().parse().map_err(|_| lettre::error::Error::NonAsciiChars)?;
    let name = to.name.as_ref().map(ToString::to_string);
    let seconds = u64::try_from(date.0).unwrap_or_default();
    let body = MultiPart::alternative()
        .boundary(format!("postern-{id}"))
        .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, rendered.html));
    let to = Mailbox::new(name, address);
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()])?;
    let mut message = Message::builder()
        .envelope(envelope)
        // Stands in: the builder reads this header again, and cannot read an address literal.
        .from(to.email.clone().into())
        .to(to)
        .subject(one_line(&rendered.subject))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .multipart(body)?;
    message.headers_mut().set(header::From::from(Mailboxes::from(from.clone())));
    Ok(message)
}

fn part(content_type: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(content_type).body(body)
}

fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
