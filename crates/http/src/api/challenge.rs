use axum::http::{HeaderMap, HeaderValue, header};
use postern_domain::StepUp;
use postern_flows::{App, TokenAuthMode};

use super::Problem;

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"postern\", charset=\"UTF-8\"");

/// Says in `WWW-Authenticate` how to authenticate (RFC 9110 section 11.6.1). A browser's own fetches get no Basic
/// challenge: it would ask the person for a password. `metadata` is where the resource describes itself (RFC 9728 section
/// 5.1); of what is behind the guard, nobody here knows.
pub(crate) fn add(
    app: &App,
    asked: &HeaderMap,
    problem: &Problem,
    metadata: Option<&str>,
    answer: &mut HeaderMap,
) {
    let missing = problem.code == "missing_credential";
    let mut bearer = if missing {
        "Bearer realm=\"postern\"".to_owned()
    } else {
        let plain = |c: char| if c.is_ascii_graphic() && !"\"\\".contains(c) || c == ' ' { c } else { '\'' };
        let description: String = problem.detail.chars().map(plain).collect();
        format!("Bearer realm=\"postern\", error=\"{}\", error_description=\"{description}\"", problem.code)
    };
    if let Some(step_up) = &problem.step_up {
        bearer.push_str(&wanted(step_up));
    }
    if let Some(metadata) = metadata {
        bearer.push_str(&format!(", resource_metadata=\"{metadata}\""));
    }
    let mode = app.config.tokens.auth_mode;
    let basic = mode != TokenAuthMode::Bearer && !is_of_browser(asked);
    if basic && mode == TokenAuthMode::Basic {
        answer.append(header::WWW_AUTHENTICATE, BASIC);
    }
    if let Ok(bearer) = HeaderValue::from_str(&bearer) {
        answer.append(header::WWW_AUTHENTICATE, bearer);
    }
    if basic && mode == TokenAuthMode::Both {
        answer.append(header::WWW_AUTHENTICATE, BASIC);
    }
}

/// Which sign-in would do (RFC 9470 section 3).
fn wanted(step_up: &StepUp) -> String {
    let mut text = String::new();
    if !step_up.acr_values.is_empty() {
        text.push_str(&format!(", acr_values=\"{}\"", step_up.acr_values.join(" ")));
    }
    if let Some(max_age) = step_up.max_age {
        text.push_str(&format!(", max_age=\"{}\"", max_age.as_seconds()));
    }
    text
}

fn is_of_browser(asked: &HeaderMap) -> bool {
    asked.contains_key("sec-fetch-mode") || asked.contains_key("x-requested-with")
}
