use postern_domain::{Email, Refusal, Username};
use postern_storage::users;

use super::who::Profile;
use crate::App;

/// Longest that a name is made of what a provider tells, so that there is room for a number behind it.
const LONGEST: usize = 32;
/// How many numbers are tried before chance decides.
const NUMBERS: u32 = 9;

/// A user name that nobody has: close to what the provider calls the person, else to their address.
pub(super) async fn free(app: &App, profile: &Profile, email: &Email) -> Result<String, Refusal> {
    let told = profile.username.as_deref().map(before_at);
    let wanted = told.and_then(made_of).or_else(|| made_of(before_at(email.as_str())));
    let wanted = wanted.unwrap_or_else(|| "user".to_owned());
    if is_free(app, &wanted).await? {
        return Ok(wanted);
    }
    for number in 2..=NUMBERS {
        let numbered = format!("{wanted}{number}");
        if is_free(app, &numbered).await? {
            return Ok(numbered);
        }
    }
    let mut chance = [0; 3];
    app.rng.fill(&mut chance);
    let [a, b, c] = chance;
    Ok(format!("{wanted}-{a:02x}{b:02x}{c:02x}"))
}

async fn is_free(app: &App, name: &str) -> Result<bool, Refusal> {
    Ok(users::find_by_identifier(&app.db, name).await?.is_none())
}

fn before_at(text: &str) -> &str {
    text.split('@').next().unwrap_or_default()
}

/// What of a text can stand in a user name.
fn made_of(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut name = String::new();
    for c in text.chars() {
        let c = if fits(c) { c } else { '-' };
        if !(c == '-' && name.ends_with('-')) && name.len() < LONGEST {
            name.push(c);
        }
    }
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    Username::parse(name).ok().map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_fits() {
        for (told, name) in [
            ("ada", Some("ada")),
            ("Ada Lovelace", Some("Ada-Lovelace")),
            ("--ada__", Some("ada")),
            ("ada@x", Some("ada-x")),
            ("Ádá Lövelace", Some("d-L-velace")),
            ("a", None),
            ("李雷", None),
            ("", None),
            ("\u{202e}ad", Some("ad")),
        ] {
            assert_eq!(made_of(told).as_deref(), name, "{told}");
        }
        assert_eq!(made_of(&"a".repeat(99)).unwrap().len(), LONGEST);
    }
}
