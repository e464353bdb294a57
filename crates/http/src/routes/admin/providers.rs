use axum::response::Response;
use postern_domain::Timestamp;
use postern_flows::administration::{self, ProviderInUse};
use postern_templating::pages::{AdminProviderRow, AdminProviders};
use postern_templating::{AdminTab, Badge, Tone, When, t};

use super::asked::Administrator;
use crate::answer::PageRefusal;
use crate::page;

pub(super) async fn list(Administrator(manager): Administrator) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let found = administration::providers(app, &manager.actor).await?;
    let now = app.clock.now();
    let providers = found.into_iter().map(|provider| row(provider, now)).collect();
    Ok(page::render(&AdminProviders { chrome: manager.chrome(AdminTab::Providers), providers }))
}

fn row(provider: ProviderInUse, now: Timestamp) -> AdminProviderRow {
    AdminProviderRow {
        state: state(&provider),
        name: provider.name.to_string(),
        label: provider.label,
        issuer: provider.issuer,
        callback_url: provider.callback_url,
        signs_up: provider.signs_up,
        trusts_email: provider.trusts_email,
        connected: provider.connected,
        last_used: provider.last_used_at.map(|at| When::new(at.0, now.0)),
    }
}

fn state(provider: &ProviderInUse) -> Badge {
    match (provider.is_enabled, provider.is_reached) {
        (false, _) => Badge::new(Tone::Neutral, t("disabled")),
        (true, Some(false)) => Badge::new(Tone::Bad, t("does not answer")),
        (true, _) => Badge::new(Tone::Good, t("in use")),
    }
}
