use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::StatusCode;
use postern_domain::Refusal;
use postern_flows::logo::MAX_LOGO_BYTES;
use postern_flows::{FieldErrors, FormRefusal};

/// Most parts that the form has: the token, the file, the button.
const MAX_PARTS: usize = 3;

/// What a form for a logo sent. Its token is still to be checked.
#[derive(Default)]
pub(crate) struct LogoUpload {
    pub(crate) form_token: Option<String>,
    /// The picture, as it came.
    pub(crate) logo: Vec<u8>,
    /// Whether the logo is to be taken away instead.
    pub(crate) remove: bool,
}

impl LogoUpload {
    /// Reads the form.
    ///
    /// # Errors
    /// [`FormRefusal::Fields`] of the field `logo` for a picture beyond all size; `invalid_request` for what is no form of
    /// ours.
    pub(crate) async fn read(mut body: Multipart) -> Result<Self, FormRefusal> {
        let mut upload = Self::default();
        let mut parts = 0;
        while let Some(part) = body.next_field().await.map_err(unreadable)? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(Refusal::invalid_request("the form has too many parts").into());
            }
            match part.name() {
                Some("form_token") => upload.form_token = Some(part.text().await.map_err(unreadable)?),
                Some("logo") => upload.logo = picture(part).await?,
                Some("remove") => upload.remove = true,
                _ => return Err(Refusal::invalid_request("the form has a part that is not known").into()),
            }
        }
        Ok(upload)
    }
}

/// The picture, or as much of it as shows that it is too large. It is read to its end all the same: a browser that cannot
/// send all of it does not show the answer.
async fn picture(mut part: Field<'_>) -> Result<Vec<u8>, FormRefusal> {
    let mut picture = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        let room = (MAX_LOGO_BYTES + 1).saturating_sub(picture.len());
        picture.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(picture)
}

fn unreadable(error: MultipartError) -> FormRefusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        FieldErrors::one("logo", "The picture is larger than 1 MB. Send a smaller one.").into()
    } else {
        Refusal::invalid_request("the form ended early, or cannot be read").into()
    }
}
