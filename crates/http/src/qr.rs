//! QR codes (ISO/IEC 18004), as the path of an SVG.

use postern_domain::Refusal;
use qrcode::{Color, EcLevel, QrCode};

/// How wide the margin is, which readers need.
const MARGIN: usize = 4;

/// A QR code.
pub(crate) struct Qr {
    /// How many squares a side has, its margin included.
    pub(crate) side: usize,
    /// The dark squares, as the `d` of an SVG path.
    pub(crate) path: String,
}

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    /// `server_error` for one that is too long.
    pub(crate) fn of(text: &str) -> Result<Self, Refusal> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M);
        let code = code.map_err(|error| Refusal::server_error("too long for a QR code").caused_by(error))?;
        let width = code.width();
        let colors = code.to_colors();
        let rows = colors.chunks(width).enumerate();
        let path = rows.map(|(y, row)| row_path(y + MARGIN, row)).collect();
        Ok(Self { side: width + 2 * MARGIN, path })
    }
}

/// The dark squares of a row: each run of them is one rectangle.
fn row_path(y: usize, row: &[Color]) -> String {
    let mut path = String::new();
    let mut x = MARGIN;
    for run in row.chunk_by(|left, right| left == right) {
        if run.first() == Some(&Color::Dark) {
            let length = run.len();
            path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
        }
        x += run.len();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_corners_and_a_margin() {
        let qr = Qr::of("otpauth://totp/Postern:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Postern")
            .unwrap();
        assert!(qr.side > 29 && (qr.side - 8 - 17).is_multiple_of(4), "{}", qr.side);
        let right = qr.side - MARGIN - 7;
        for corner in
            ["M4 4h7v1h-7z".to_owned(), format!("M{right} 4h7v1h-7z"), format!("M4 {}h7v1h-7z", qr.side - 5)]
        {
            assert!(qr.path.contains(&corner), "{corner} in {}", qr.path);
        }
        assert!(Qr::of(&"x".repeat(5_000)).is_err());
    }
}
