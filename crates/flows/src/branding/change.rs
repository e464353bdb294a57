use std::sync::Arc;

use postern_domain::audit::{Action, Target};
use postern_domain::{Accent, InstanceRight, PersonName, Refusal};
use postern_storage::clients::Logo;
use serde_json::{Value, json};

use super::Brand;
use super::stored::{Stored, put_accent, put_logo, put_name};
use crate::audit::{self, Entry};
use crate::{Actor, App, FieldErrors, FormRefusal, SettingSource, logo};

/// What is to change of the looks. `None` stays as it is, and `Some(None)` is put back to what the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandChange {
    /// What the instance calls itself.
    pub name: Option<Option<String>>,
    /// Its colour, as `#rrggbb`.
    pub accent: Option<Option<String>>,
}

/// Sets the name and the colour of the instance, or puts them back. It holds at once, and on other nodes within a second.
///
/// # Errors
/// [`FormRefusal::Fields`] for `name` or `accent`; `insufficient_scope` without `instance:admin`.
pub async fn change(app: &App, actor: &Actor, change: &BrandChange) -> Result<Arc<Brand>, FormRefusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let before = Stored::find(app).await?;
    let mut after = before.clone();
    let mut errors = FieldErrors::none();
    if let Some(name) = &change.name {
        let name = name.as_deref().map(PersonName::parse).transpose();
        after.name = errors.take("name", name).flatten().map(|name| name.to_string());
    }
    if let Some(accent) = &change.accent {
        let accent = accent.as_deref().map(Accent::parse).transpose();
        after.accent = errors.take("accent", accent).flatten();
    }
    errors.into_result()?;
    if after == before {
        return Ok(app.brand.read(app).await?);
    }
    let act = changed(app, actor, before.clone(), after.clone());
    let write = app.db.write((before, after, act), |tx, (before, after, act)| {
        Box::pin(async move {
            if before.name != after.name {
                put_name(tx, after.name.as_deref()).await?;
            }
            if before.accent != after.accent {
                put_accent(tx, after.accent.as_ref().map(Accent::as_str)).await?;
            }
            Ok::<_, Refusal>(audit::act(tx, act).await?)
        })
    });
    write.await?;
    Ok(seen(app).await?)
}

/// Gives the instance the picture that somebody uploaded as its logo.
///
/// # Errors
/// [`FormRefusal::Fields`] for `logo` if the picture is none that is taken; `insufficient_scope` without `instance:admin`.
pub async fn set_logo(app: &App, actor: &Actor, upload: Vec<u8>) -> Result<Arc<Brand>, FormRefusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let logo = logo::make(app, upload).await?;
    Ok(put(app, actor, Some(logo)).await?)
}

/// Takes the logo of the instance away: it has Postern's own mark again.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub async fn remove_logo(app: &App, actor: &Actor) -> Result<Arc<Brand>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    put(app, actor, None).await
}

async fn put(app: &App, actor: &Actor, logo: Option<Logo>) -> Result<Arc<Brand>, Refusal> {
    let before = Stored::find(app).await?;
    let after = Stored { logo: logo.as_ref().map(|logo| logo.digest.clone()), ..before.clone() };
    if after == before {
        return app.brand.read(app).await;
    }
    let act = changed(app, actor, before, after);
    let write = app.db.write((logo, act), |tx, (logo, act)| {
        Box::pin(async move {
            put_logo(tx, logo.as_ref()).await?;
            Ok::<_, Refusal>(audit::act(tx, act).await?)
        })
    });
    write.await?;
    seen(app).await
}

/// What is there after a change, which this node shows from now on.
async fn seen(app: &App) -> Result<Arc<Brand>, Refusal> {
    tracing::info!("an administrator changed how the instance looks");
    app.brand.read(app).await
}

fn changed(app: &App, actor: &Actor, before: Stored, after: Stored) -> Entry {
    let facts = |stored| facts(&Brand::new(&app.config, stored));
    let target = Target::named("instance", "this instance");
    Entry::new(app, actor.by(), Action::INSTANCE_BRANDING_CHANGED, target)
        .changed(facts(before), facts(after))
}

fn facts(brand: &Brand) -> Value {
    let sources = &brand.sources;
    let set = [("name", &sources.name), ("accent", &sources.accent), ("logo", &sources.logo)];
    let is_set = |source: &Option<SettingSource>| *source == Some(SettingSource::Console);
    let set: Vec<_> = set.into_iter().filter(|(_, source)| is_set(source)).map(|(name, _)| name).collect();
    json!({ "name": brand.name, "accent": brand.accent, "logo": brand.logo, "set_in_console": set })
}
