const OTHER: &str = "it does not say that it is JSON";

/// That whoever reads a body of this `Content-Type` takes it for JSON in UTF-8 (RFC 8259 section 8.1).
///
/// # Errors
/// Why limits on its values can't judge it.
pub fn says_json(content_type: &str) -> Result<(), &'static str> {
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return Err(OTHER);
    }
    match parts.all(|part| matches!(part.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")) {
        true => Ok(()),
        false => Err("its media type has a parameter that changes how it is read"),
    }
}
