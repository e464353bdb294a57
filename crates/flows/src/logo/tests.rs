use image::{ExtendedColorType, ImageEncoder, codecs};

use super::*;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::from_fn(width, height, |x, _| image::Rgb([(x % 251) as u8, 90, 200]));
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn size_of(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let picture = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap();
    (picture.width(), picture.height())
}

#[test]
fn pictures_become_small_squares() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        assert_eq!(size_of(&convert(&picture(800, 400, format)).unwrap()), (256, 256), "{format:?}");
    }
    for (width, height, side) in [(1, 1, 1), (40, 30, 40), (256, 256, 256), (257, 2, 256), (1, 4_096, 256)] {
        let made = convert(&picture(width, height, ImageFormat::Png)).unwrap();
        assert_eq!(size_of(&made), (side, side), "{width}x{height}");
    }
}

#[test]
fn what_is_beside_a_wide_picture_is_transparent() {
    let made = convert(&picture(100, 50, ImageFormat::Png)).unwrap();
    let made = image::load_from_memory(&made).unwrap().to_rgba8();
    assert_eq!(made.get_pixel(50, 0).0[3], 0);
    assert_eq!(made.get_pixel(50, 99).0[3], 0);
    assert_eq!(made.get_pixel(50, 50).0, [50, 90, 200, 255]);
}

#[test]
fn what_came_along_with_the_pixels_is_gone() {
    // A PNG that is a web page as well, for whoever guesses by looking for tags.
    let script = b"<script>alert(1)</script>";
    let mut polyglot = picture(10, 10, ImageFormat::Png);
    polyglot.extend_from_slice(script);
    let made = convert(&polyglot).unwrap();
    assert!(!made.windows(script.len()).any(|window| window == script));

    // The same in a comment of a JPEG.
    let mut polyglot = vec![0xff, 0xd8, 0xff, 0xfe, 0, 2 + script.len() as u8];
    polyglot.extend_from_slice(script);
    polyglot.extend_from_slice(&picture(10, 10, ImageFormat::Jpeg)[2..]);
    let made = convert(&polyglot).unwrap();
    assert!(!made.windows(script.len()).any(|window| window == script));
}

#[test]
fn what_is_no_picture_is_refused() {
    let mut truncated = picture(200, 200, ImageFormat::Png);
    truncated.truncate(truncated.len() / 2);
    let cut_jpeg = picture(200, 200, ImageFormat::Jpeg)[..30].to_vec();
    for (name, upload) in [
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec()),
        ("svg with xml head", b"<?xml version='1.0'?><svg onload='alert(1)'/>".to_vec()),
        ("html", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("bmp", b"BM\0\0\0\0\0\0".to_vec()),
        ("pdf", b"%PDF-1.7".to_vec()),
        ("magic alone", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("truncated png", truncated),
        ("truncated jpeg", cut_jpeg),
        ("text", b"hello".to_vec()),
        ("noise", (0..2_000_u32).map(|i| (i * 7_919 % 251) as u8).collect()),
    ] {
        assert_eq!(convert(&upload), Err(Unusable::Unreadable), "{name}");
    }
    assert_eq!(convert(b""), Err(Unusable::Empty));
    assert_eq!(convert(&vec![0; MAX_LOGO_BYTES + 1]), Err(Unusable::TooLarge));
}

#[test]
fn small_files_with_many_pixels_are_refused() {
    for (width, height) in [(1, 65_535), (65_535, 1), (4_097, 1), (5_000, 5_000)] {
        let bomb = gray(width, height);
        assert!(bomb.len() < MAX_LOGO_BYTES);
        assert_eq!(convert(&bomb), Err(Unusable::TooManyPixels), "{width}x{height}");
    }
    // Sides that are allowed, with more bytes a pixel than the memory that is.
    let mut deep = Vec::new();
    let encoder = codecs::png::PngEncoder::new(&mut deep);
    encoder.write_image(&vec![0; 4_096 * 4_096 * 8], 4_096, 4_096, ExtendedColorType::Rgba16).unwrap();
    assert!(deep.len() < MAX_LOGO_BYTES);
    assert_eq!(convert(&deep), Err(Unusable::TooManyPixels));
}

/// A picture of one colour, which takes next to no bytes.
fn gray(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = vec![0; width as usize * height as usize];
    codecs::png::PngEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::L8)
        .unwrap();
    bytes
}

#[test]
fn a_header_that_lies_about_its_size_is_refused() {
    let mut lying = picture(10, 10, ImageFormat::Png);
    lying[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(convert(&lying).is_err());
}

#[test]
fn a_photo_taken_sideways_stands_upright() {
    // EXIF orientation 6: turn a quarter clockwise.
    let exif: &[u8] = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let plain = picture(40, 20, ImageFormat::Png);
    let plain = image::load_from_memory(&plain).unwrap();
    let mut jpeg = Vec::new();
    plain.write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg).unwrap();
    let mut turned = vec![0xff, 0xd8, 0xff, 0xe1, 0, 2 + exif.len() as u8];
    turned.extend_from_slice(exif);
    turned.extend_from_slice(&jpeg[2..]);
    let made = image::load_from_memory(&convert(&turned).unwrap()).unwrap().to_rgba8();
    // Now higher than wide: the transparent parts are left and right.
    assert_eq!(made.get_pixel(0, 20).0[3], 0);
    assert_eq!(made.get_pixel(20, 0).0[3], 255);
}
