//! Shades of an operator's accent that stay readable in light and dark (WCAG 2.2, 1.4.3).

use std::fmt::Write;

/// A colour of sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rgb(u8, u8, u8);

const WHITE: Rgb = Rgb(255, 255, 255);
const BLACK: Rgb = Rgb(0, 0, 0);
/// The darkest surface accent text appears on in the light scheme (the hover of a row).
const LIGHT_SURFACE: Rgb = Rgb(0xf2, 0xf3, 0xf5);
/// The lightest surface accent text appears on in the dark scheme.
const DARK_SURFACE: Rgb = Rgb(0x24, 0x27, 0x2d);
/// What badges lie on in either scheme, and how much of the accent is in their ground, in percent (`.accent` in the styles).
const LIGHT_PANEL: Rgb = WHITE;
const DARK_PANEL: Rgb = Rgb(0x16, 0x19, 0x1e);
const TINT: u16 = 12;
/// Contrast of text that AA asks for, with a little to spare for rounding.
const TEXT_CONTRAST: f64 = 4.6;

impl Rgb {
    /// Six hexadecimal digits, with or without `#`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |range| u8::from_str_radix(digits.get(range)?, 16).ok();
        Some(Self(channel(0..2)?, channel(2..4)?, channel(4..6)?))
    }

    /// Six lower-case hexadecimal digits without `#`.
    pub(crate) fn hex(self) -> String {
        format!("{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with `percent` of `other` in it.
    fn mixed(self, other: Self, percent: u16) -> Self {
        let mix = |a: u8, b: u8| {
            let sum = u16::from(a) * (100 - percent) + u16::from(b) * percent;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The nearest shade, on the way to `end`, that can be read on `surface`.
    fn readable_on(self, surface: Self, end: Self) -> Self {
        self.towards(end, |shade| shade.contrast(surface) >= TEXT_CONTRAST)
    }

    /// The same that can also be read on a badge: on `panel` with some of the shade itself in it.
    fn readable_on_badges(self, surface: Self, panel: Self, end: Self) -> Self {
        self.towards(end, |shade| {
            let badge = panel.mixed(shade, TINT);
            shade.contrast(surface) >= TEXT_CONTRAST && shade.contrast(badge) >= TEXT_CONTRAST
        })
    }

    fn towards(self, end: Self, is_good: impl Fn(Self) -> bool) -> Self {
        (0..=100).map(|percent| self.mixed(end, percent)).find(|shade| is_good(*shade)).unwrap_or(end)
    }
}

/// The custom properties of both schemes for this accent.
pub(crate) fn accent_properties(accent: Rgb) -> String {
    let light = accent.readable_on_badges(LIGHT_SURFACE, LIGHT_PANEL, BLACK);
    let dark = accent.readable_on_badges(DARK_SURFACE, DARK_PANEL, WHITE);
    let dark_fill = accent.readable_on(WHITE, BLACK);
    let mut css = String::new();
    for (scheme, text, fill) in [("light", light, light), ("dark", dark, dark_fill)] {
        let hover = fill.mixed(BLACK, 14);
        // Writing to a string can't fail.
        let _ = writeln!(
            css,
            "@media (prefers-color-scheme:{scheme}){{:root{{--accent:#{};--accent-fill:#{};--accent-hover:#{}}}}}",
            text.hex(),
            fill.hex(),
            hover.hex()
        );
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(Rgb::parse("#FF8800"), Some(Rgb(255, 136, 0)));
        assert_eq!(Rgb::parse("ff8800"), Some(Rgb(255, 136, 0)));
        for text in ["", "#fff", "ff88001", "+f8800", "ff880g", "##f8800", "ééé"] {
            assert_eq!(Rgb::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_accent_becomes_readable() {
        for text in ["ffffff", "000000", "ffee00", "00ff00", "ff0000", "0000ff", "808080", "3355cc"] {
            let accent = Rgb::parse(text).unwrap();
            for (surface, panel, end) in
                [(LIGHT_SURFACE, LIGHT_PANEL, BLACK), (DARK_SURFACE, DARK_PANEL, WHITE)]
            {
                let shade = accent.readable_on_badges(surface, panel, end);
                assert!(shade.contrast(surface) >= 4.5, "{text} on {surface:?}");
                assert!(shade.contrast(panel.mixed(shade, TINT)) >= 4.5, "{text} on a badge on {panel:?}");
            }
            assert!(accent.readable_on(WHITE, BLACK).contrast(WHITE) >= 4.5, "white on {text}");
        }
    }
}
