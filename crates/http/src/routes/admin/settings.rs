use axum::response::Response;
use postern_flows::SettingSource;
use postern_flows::administration::{self, Setting};
use postern_templating::pages::{AdminSettingRow, AdminSettings};
use postern_templating::{AdminTab, Text, t};
use serde_json::Value;

use super::asked::Administrator;
use crate::answer::PageRefusal;
use crate::page;

pub(super) async fn list(Administrator(manager): Administrator) -> Result<Response, PageRefusal> {
    let settings = administration::settings(&manager.page.app, &manager.actor).await?;
    let set = settings.iter().filter(|setting| setting.source.is_some()).count() as u64;
    let mut groups: Vec<(String, Vec<AdminSettingRow>)> = vec![(String::new(), Vec::new())];
    for setting in &settings {
        let group = setting.name.split_once('.').map(|(group, _)| group).unwrap_or_default();
        match groups.iter_mut().find(|(name, _)| name == group) {
            Some((_, rows)) => rows.push(row(setting)),
            None => groups.push((group.to_owned(), vec![row(setting)])),
        }
    }
    Ok(page::render(&AdminSettings { chrome: manager.chrome(AdminTab::Settings), groups, set }))
}

/// Where a setting comes from.
pub(super) fn source_of(source: &SettingSource) -> Text {
    match source {
        SettingSource::Console => t("set in the console"),
        source => t("from {source}").with("source", source.to_string()),
    }
}

fn row(setting: &Setting) -> AdminSettingRow {
    AdminSettingRow {
        name: setting.name.clone(),
        value: match &setting.value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
        source: setting.source.as_ref().map_or_else(Text::default, source_of),
    }
}
