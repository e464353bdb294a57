use postern_domain::{InstanceRight, Refusal};
use serde_json::Value;

use crate::{Actor, App, Config, SettingSource};

/// A setting in effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name, with dots.
    pub name: String,
    /// Its value, secrets hidden.
    pub value: Value,
    /// Where it comes from; `None` if it is as it is by itself.
    pub source: Option<SettingSource>,
}

/// The settings in effect, in the order of the README, each with where it comes from. Secrets are hidden.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub async fn settings(app: &App, actor: &Actor) -> Result<Vec<Setting>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    app.see_brand().await;
    let all = serde_json::to_value(&app.config).map_err(Refusal::because)?;
    let mut found = Vec::new();
    flatten(&app.config, "", all, &mut found);
    let brand = app.brand();
    for setting in &mut found {
        match setting.name.as_str() {
            "branding.name" => setting.set(brand.name.clone().into(), &brand.sources.name),
            "branding.accent" => {
                setting.set(serde_json::to_value(&brand.accent).unwrap_or_default(), &brand.sources.accent);
            }
            _ => {}
        }
    }
    // No setting of the file or the environment: it is listed once there is one.
    if let Some(path) = brand.logo_path() {
        let after = found.iter().rposition(|setting| setting.name.starts_with("branding."));
        let (name, source) = ("branding.logo".to_owned(), brand.sources.logo.clone());
        let at = after.map_or(found.len(), |last| last + 1);
        found.insert(at, Setting { name, value: path.into(), source });
    }
    Ok(found)
}

impl Setting {
    fn set(&mut self, value: Value, source: &Option<SettingSource>) {
        self.value = value;
        self.source.clone_from(source);
    }
}

fn flatten(config: &Config, name: &str, value: Value, found: &mut Vec<Setting>) {
    match value {
        Value::Object(table) if !table.is_empty() => {
            for (key, value) in table {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                flatten(config, &name, value, found);
            }
        }
        value => {
            let source = config.sources.get(name).cloned();
            found.push(Setting { name: name.to_owned(), value, source });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn settings_have_names_with_dots_and_sources_and_no_secrets() {
        let mut config = Config { database_url: "postgres://u:hunter2@db/x".into(), ..Config::default() };
        let source = SettingSource::Environment("POSTERN_BRANDING__NAME".into());
        config.sources.insert("branding.name".into(), source.clone());
        let app = testing::app_with(config).await;
        let found = settings(&app, &Actor::operator()).await.unwrap();
        let of = |name: &str| found.iter().find(|setting| setting.name == name).unwrap();
        assert_eq!(of("branding.name").source, Some(source));
        assert_eq!(of("keys.rsa_bits").source, None);
        assert!(!format!("{found:?}").contains("hunter2"));
        let ada = std::sync::Arc::new(testing::user(&app, "ada").await);
        assert!(settings(&app, &Actor::signed_in(&app, &ada)).await.is_err());
    }
}
