//! Pictures that somebody uploads, and what is made of them: what is served was encoded here, whatever came in.

use std::io::Cursor;

use aws_lc_rs::digest::{SHA256, digest};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage, imageops};
use postern_domain::Refusal;
use postern_storage::clients::{self, Logo};

use crate::{App, FieldErrors, FormRefusal, branding};

/// Largest upload, in bytes.
pub const MAX_LOGO_BYTES: usize = 1 << 20;
/// Longest side of an upload, in pixels.
const MAX_SIDE: u32 = 4_096;
/// Most memory that decoding may take, in bytes: four for each pixel of the largest picture.
const MAX_DECODED: u64 = 4 * 4_096 * 4_096;
/// How many pictures are decoded at a time: each may take all of that memory.
pub(crate) const AT_ONCE: usize = 2;
/// Longest side of what is served, in pixels.
const SIDE: u32 = 256;

/// Why an upload is not taken. The text goes beside the form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Unusable {
    #[error("Choose a picture first.")]
    Empty,
    #[error("The picture is larger than 1 MB. Send a smaller one.")]
    TooLarge,
    #[error("This is not a picture we can read. Send PNG, JPEG or WebP.")]
    Unreadable,
    #[error("The picture has too many pixels. Send one of at most 4,096 by 4,096.")]
    TooManyPixels,
}

/// Makes a logo of an upload: a PNG of at most 256 pixels, square, upright and without the upload's other data.
///
/// # Errors
/// [`FormRefusal::Fields`] of the field `logo` if the upload is no picture of a kind and size that is taken.
pub(crate) async fn make(app: &App, upload: Vec<u8>) -> Result<Logo, FormRefusal> {
    let _turn = app.pictures.acquire().await.map_err(Refusal::because)?;
    let made = tokio::task::spawn_blocking(move || convert(&upload)).await.map_err(Refusal::because)?;
    let bytes = made.map_err(|error| FieldErrors::one("logo", error.to_string()))?;
    let name = digest(&SHA256, &bytes);
    let digest = name.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Logo { digest, content_type: "image/png".to_owned(), bytes })
}

/// The picture with this digest, which is a client's logo or the instance's: public, since pages show them to everybody.
///
/// # Errors
/// `not_found` if it is nobody's.
pub async fn find(app: &App, digest: &str) -> Result<Logo, Refusal> {
    let is_digest = digest.len() == 64 && digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let none = || Refusal::not_found("there is no such picture");
    if !is_digest {
        return Err(none());
    }
    match clients::find_logo(&app.db, digest).await? {
        Some(logo) => Ok(logo),
        None => branding::find_logo(app, digest).await?.ok_or_else(none),
    }
}

fn convert(upload: &[u8]) -> Result<Vec<u8>, Unusable> {
    match upload.len() {
        0 => return Err(Unusable::Empty),
        length if length > MAX_LOGO_BYTES => return Err(Unusable::TooLarge),
        _ => {}
    }
    let picture = decode(upload).map_err(|error| match error {
        ImageError::Limits(_) => Unusable::TooManyPixels,
        _ => Unusable::Unreadable,
    })?;
    let mut bytes = Vec::new();
    let square = DynamicImage::ImageRgba8(squared(&picture));
    square.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).map_err(|_| Unusable::Unreadable)?;
    Ok(bytes)
}

fn decode(upload: &[u8]) -> Result<DynamicImage, ImageError> {
    // By its first bytes, not by what the upload calls itself.
    let mut reader = ImageReader::new(Cursor::new(upload)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if picture.width() > SIDE || picture.height() > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The whole picture in the middle of a transparent square.
fn squared(picture: &DynamicImage) -> RgbaImage {
    let side = picture.width().max(picture.height());
    let mut square = RgbaImage::new(side, side);
    let left = i64::from((side - picture.width()) / 2);
    let top = i64::from((side - picture.height()) / 2);
    imageops::replace(&mut square, &picture.to_rgba8(), left, top);
    square
}

#[cfg(test)]
#[path = "logo/tests.rs"]
mod tests;
