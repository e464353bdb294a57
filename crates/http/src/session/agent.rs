//! A browser's words about itself, as people say them.

use postern_templating::pages::Device;
use postern_templating::{Text, t};
use woothee::parser::Parser;

/// What kind of device it is, and its name: *Firefox on Linux*.
pub(crate) fn device_of(user_agent: &str) -> (Device, Text) {
    if let Some(known) = Parser::new().parse(user_agent).filter(|known| known.name != "UNKNOWN") {
        let device = match known.category {
            "pc" => Device::Desktop,
            "smartphone" | "mobilephone" => Device::Phone,
            _ => Device::Unknown,
        };
        let system = match known.os {
            "UNKNOWN" => None,
            "Mac OSX" => Some("macOS"),
            system if system.starts_with("Windows") && system != "Windows Phone OS" => Some("Windows"),
            system => Some(system),
        };
        let name = match (known.name, system) {
            (name, Some(system)) => t("{browser} on {system}").with("browser", name).with("system", system),
            (name, None) => Text::verbatim(name.to_owned()),
        };
        if known.name != "HTTP Library" {
            return (device, name);
        }
    }
    // A program names itself first: curl/8.5.0, python-requests/2.31.
    let program: String = user_agent
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(40)
        .collect();
    let is_known = !program.is_empty() && program != "Mozilla";
    (Device::Unknown, if is_known { Text::verbatim(program) } else { t("Unknown browser") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_of_today_are_recognised() {
        for (user_agent, device, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Device::Desktop,
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                Device::Desktop,
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                Device::Desktop,
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                Device::Desktop,
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                Device::Phone,
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                Device::Phone,
                "Chrome on Android",
            ),
            ("curl/8.5.0", Device::Unknown, "curl"),
            ("python-requests/2.31.0", Device::Unknown, "python-requests"),
            ("", Device::Unknown, "Unknown browser"),
            ("<script>alert(1)</script>", Device::Unknown, "Unknown browser"),
            ("Mozilla/5.0", Device::Unknown, "Unknown browser"),
        ] {
            let (found, words) = device_of(user_agent);
            assert_eq!((found, words.to_string().as_str()), (device, name), "{user_agent}");
        }
    }
}
