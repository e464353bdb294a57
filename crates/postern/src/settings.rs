//! Settings: defaults, overridden by the file, overridden by the environment, overridden by flags.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use postern_domain::{AuthenticationContext, Lifetime, PersonName};
use postern_flows::keys::ID_TOKEN_LIFETIME;
use postern_flows::{
    Config, GuardRoute, Reveal, SessionApiToken, SettingSource, TrustedProxies, guard, leaks, mail, meters,
};
use serde_json::{Map, Value};

/// Where the settings are looked for when nobody says.
const DEFAULT_FILE: &str = "postern.toml";
/// What the names of environment variables begin with.
const ENV_PREFIX: &str = "POSTERN_";
/// The longest lifetime that makes sense.
const LONGEST: Lifetime = Lifetime::days(3_650);

/// The settings in effect.
///
/// # Errors
/// Says which setting is wrong, where it was read and what was expected.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    load_with(file, [])
}

/// The same with flags of the command line, which override everything.
pub(crate) fn load_with<const N: usize>(
    file: Option<&Path>,
    flags: [(&str, Option<String>); N],
) -> anyhow::Result<Config> {
    load_from(file, environment(), flags)
}

fn load_from<const N: usize>(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: [(&str, Option<String>); N],
) -> anyhow::Result<Config> {
    let known = serde_json::to_value(Config::default())?;
    let mut settings = read_file(file, &known)?;
    let mut sources = BTreeMap::new();
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    named(&settings, "", &mut |name| {
        sources.insert(name, SettingSource::File(path.to_owned()));
    });
    for (name, value) in environment {
        let path: Vec<&str> = name.split("__").collect();
        let variable = format!("{ENV_PREFIX}{}", name.to_uppercase());
        set(&mut settings, &known, &path, &value).with_context(|| variable.clone())?;
        sources.insert(path.join("."), SettingSource::Environment(variable));
    }
    for (name, value) in flags {
        if let Some(value) = value {
            let path: Vec<&str> = name.split('.').collect();
            let flag = format!("--{}", name.rsplit('.').next().unwrap_or(name).replace('_', "-"));
            set(&mut settings, &known, &path, &value).with_context(|| flag.clone())?;
            sources.insert(name.to_owned(), SettingSource::Flag(flag));
        }
    }
    let mut config: Config =
        serde_json::from_value(Value::Object(settings)).context("the settings cannot be used")?;
    config.sources = sources;
    check(&config)?;
    Ok(config)
}

/// Names every value of a table, with dots.
fn named(table: &Map<String, Value>, under: &str, found: &mut impl FnMut(String)) {
    for (key, value) in table {
        match value {
            Value::Object(inner) => named(inner, &format!("{under}{key}."), found),
            _ => found(format!("{under}{key}")),
        }
    }
}

/// The settings as they are shown, without the secrets and without what the console set: no database is asked.
pub(crate) fn shown(config: &Config) -> anyhow::Result<Value> {
    let mut shown = serde_json::to_value(config)?;
    if let Some(settings) = shown.as_object_mut() {
        // As the issuer is written in every answer.
        settings.insert("public_url".to_owned(), config.issuer().into());
    }
    Ok(shown)
}

fn read_file(file: Option<&Path>, known: &Value) -> anyhow::Result<Map<String, Value>> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(Map::new()),
        Err(error) => bail!("the settings in {} cannot be read: {error}", path.display()),
    };
    let settings: Map<String, Value> =
        toml::from_str(&text).with_context(|| format!("{} is not valid TOML", path.display()))?;
    refuse_unknown(&settings, known, "").with_context(|| format!("in {}", path.display()))?;
    Ok(settings)
}

fn environment() -> Vec<(String, String)> {
    std::env::vars()
        .filter_map(|(name, value)| Some((name.strip_prefix(ENV_PREFIX)?.to_owned(), value)))
        .filter(|(key, value)| !is_of_kubernetes(key, value))
        .map(|(key, value)| (key.to_lowercase(), value))
        .collect()
}

/// Whether Kubernetes put this variable into the pod: for a service called `postern` it tells every pod of the namespace
/// where that is, in `POSTERN_SERVICE_HOST`, `POSTERN_SERVICE_PORT` (and `_SERVICE_PORT_` with a port's name),
/// `POSTERN_PORT`, which is a URL such as `tcp://10.0.0.11:80`, and `POSTERN_PORT_80_TCP` with what follows it. No setting
/// is called so; a plain number in `POSTERN_PORT` was meant for us and stays an error.
fn is_of_kubernetes(key: &str, value: &str) -> bool {
    match key {
        "SERVICE_HOST" | "SERVICE_PORT" => true,
        "PORT" => value.contains("://"),
        _ => key.starts_with("SERVICE_PORT_") || key.starts_with("PORT_"),
    }
}

/// Refuses keys that no setting has, and names the one that was probably meant.
fn refuse_unknown(settings: &Map<String, Value>, known: &Value, under: &str) -> anyhow::Result<()> {
    // The scopes' names are the operator's own.
    let Some(known) = known.as_object().filter(|known| !known.is_empty()) else { return Ok(()) };
    for (key, value) in settings {
        let Some(known_value) = known.get(key) else { return Err(unknown(under, key, known)) };
        if let (Value::Object(table), Value::Object(_)) = (value, known_value) {
            refuse_unknown(table, known_value, &format!("{under}{key}."))?;
        }
    }
    Ok(())
}

fn unknown(under: &str, key: &str, known: &Map<String, Value>) -> anyhow::Error {
    let nearest =
        known.keys().max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)));
    let nearest = nearest.map(|nearest| format!("; did you mean {under}{nearest}?")).unwrap_or_default();
    anyhow::anyhow!("there is no setting {under}{key}{nearest}")
}

/// Sets one value that came as text, read as what the setting's default is.
fn set(settings: &mut Map<String, Value>, known: &Value, path: &[&str], text: &str) -> anyhow::Result<()> {
    let mut known = known;
    let mut table = settings;
    let (last, tables) = path.split_last().context("a name was expected")?;
    let mut under = String::new();
    for key in tables {
        known = child(known, key, &under)?;
        under = format!("{under}{key}.");
        let entry = table.entry(*key).or_insert_with(|| Value::Object(Map::new()));
        table = entry.as_object_mut().with_context(|| format!("{under} is not a table"))?;
    }
    let value = match child(known, last, &under)? {
        Value::Bool(_) => Value::Bool(text.parse().context("true or false was expected")?),
        Value::Number(_) => Value::Number(text.parse::<u32>().context("a whole number was expected")?.into()),
        Value::Array(_) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
        }
        Value::Object(_) => {
            bail!("this is a table: set what is in it, as {ENV_PREFIX}{}__…", last.to_uppercase())
        }
        Value::String(_) | Value::Null => Value::String(text.to_owned()),
    };
    table.insert((*last).to_owned(), value);
    Ok(())
}

fn child<'a>(known: &'a Value, key: &str, under: &str) -> anyhow::Result<&'a Value> {
    match known.as_object() {
        Some(table) => table.get(key).ok_or_else(|| unknown(under, key, table)),
        None => bail!("there is no setting {under}{key}"),
    }
}

/// Longest that a server may take from being told to end until it does: what starts and stops it waits no longer.
const LONGEST_NOTICE: Lifetime = Lifetime::seconds(60);

fn check_operations(config: &Config) -> anyhow::Result<()> {
    if config.shutdown.notice > LONGEST_NOTICE {
        bail!("shutdown.notice must be {LONGEST_NOTICE} at most");
    }
    if let Some(file) = &config.metrics.token_file {
        meters::token(file).map_err(anyhow::Error::msg)?;
    }
    if config.metrics.listen.as_ref() == Some(&config.listen) {
        bail!("metrics.listen must be another address than listen; or set metrics.token_file instead");
    }
    Ok(())
}

/// What no single value shows.
fn check(config: &Config) -> anyhow::Result<()> {
    let url = &config.public_url;
    if !matches!(url.scheme(), "http" | "https")
        || url.host().is_none()
        || !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        bail!(
            "public_url must be an http or https URL without user, query and fragment, such as https://id.example.com"
        );
    }
    if url.path() != "/" {
        bail!("public_url must not have a path: the paths of the server begin at its root");
    }
    let prefix = &config.tokens.prefix;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if prefix.is_empty() || prefix.len() > 32 || !prefix.chars().all(fits) {
        bail!("tokens.prefix must be 1 to 32 lower-case letters, digits or underscores");
    }
    if config.tokens.secure_mode && config.tokens.reveal == Reveal::Again {
        bail!(
            "tokens.secure_mode keeps no copy of any token, and tokens.reveal = \"again\" takes one: leave one of them out"
        );
    }
    for (name, lifetime) in [
        ("max_lifetime", config.tokens.max_lifetime.unwrap_or(LONGEST)),
        ("renewal_lifetime", config.tokens.renewal_lifetime),
    ] {
        if lifetime.as_seconds() == 0 || lifetime > LONGEST {
            bail!("tokens.{name} must be longer than nothing and {LONGEST} at most");
        }
    }
    leaks::check_keys(config)?;
    check_resources(config)?;
    check_operations(config)?;
    check_guard(config)?;
    if !matches!(config.keys.rsa_bits, 2048 | 3072 | 4096) {
        bail!("keys.rsa_bits must be 2048, 3072 or 4096");
    }
    if let Some(network) = config.trusted_proxies.iter().find(|network| !TrustedProxies::is_network(network))
    {
        bail!("trusted_proxies: “{network}” is not a network; write 10.0.0.0/8, ::1/128 or an address");
    }
    postern_flows::outbound::Outbound::check(&config.outbound).map_err(anyhow::Error::msg)?;
    postern_flows::upstream::Providers::check(config).map_err(anyhow::Error::msg)?;
    if let Some(url) = &config.rate_limits.redis_url
        && let Err(reason) = postern_flows::rate_limits::check_url(url.reveal())
    {
        bail!("rate_limits.redis_url cannot be used ({reason}); write redis://host:6379/0");
    }
    for (name, lifetime) in [
        ("access_token", config.lifetimes.access_token),
        ("refresh_token", config.lifetimes.refresh_token),
        ("code", config.lifetimes.code),
        ("unused_registration", config.lifetimes.unused_registration),
        ("account_deletion", config.lifetimes.account_deletion),
        ("session_idle", config.lifetimes.session_idle),
        ("session_absolute", config.lifetimes.session_absolute),
        ("impersonation", config.lifetimes.impersonation),
        ("grant", config.lifetimes.grant.unwrap_or(LONGEST)),
    ] {
        if lifetime.as_seconds() == 0 || lifetime > LONGEST {
            bail!("lifetimes.{name} must be longer than nothing and {LONGEST} at most");
        }
    }
    if config.lifetimes.impersonation.as_seconds() > 30 * 60 {
        bail!("lifetimes.impersonation must be 30 minutes at most");
    }
    if config.lifetimes.code.as_seconds() > 600 {
        bail!("lifetimes.code must be ten minutes at most (RFC 6749 section 4.1.2)");
    }
    if let Err(error) = PersonName::parse(&config.branding.name) {
        bail!("branding.name: {error}");
    }
    mail::sender(config, &config.branding.name)?;
    mail::Delivery::of(config)?;
    check_session_api_token(&config.session_api_token)
}

fn check_resources(config: &Config) -> anyhow::Result<()> {
    let resources = config.resources().map_err(anyhow::Error::msg)?;
    let of_routes = config.guard.routes.iter().filter_map(|route| route.resource.as_ref());
    for name in config.guard.resource.iter().chain(of_routes) {
        if !resources.iter().any(|resource| resource.identifier == *name) {
            let known: Vec<&str> = resources.iter().map(|resource| resource.identifier.as_str()).collect();
            bail!("guard: “{name}” is no API of [[resources]]; write one of {}", known.join(", "));
        }
    }
    Ok(())
}

fn check_guard(config: &Config) -> anyhow::Result<()> {
    let settings = &config.guard;
    guard::GuardRoutes::new(&settings.routes).map_err(anyhow::Error::msg)?;
    for route in &settings.routes {
        check_sign_in(config, route)?;
    }
    // The keys stay published for as long as id_tokens are good for.
    let lifetime = settings.identity_lifetime;
    if lifetime.as_seconds() == 0 || lifetime > ID_TOKEN_LIFETIME {
        bail!("guard.identity_lifetime must be longer than nothing and {ID_TOKEN_LIFETIME} at most");
    }
    // No client_id holds a colon, so that an API's JWT is no client's id_token.
    let is_uri =
        |audience: &String| url::Url::parse(audience).is_ok() && !audience.contains(char::is_whitespace);
    if !settings.identity_audience.as_ref().is_none_or(is_uri) {
        bail!("guard.identity_audience must be a URI, such as https://api.example.com");
    }
    Ok(())
}

/// What no sign-in here reaches would let nobody pass.
fn check_sign_in(config: &Config, route: &GuardRoute) -> anyhow::Result<()> {
    let reachable: Vec<_> =
        AuthenticationContext::reachable(config.is_https()).map(AuthenticationContext::as_str).collect();
    if let Some(unknown) = route.acr_values.iter().find(|value| !reachable.contains(&value.as_str())) {
        bail!("guard.routes: no sign-in here has the acr “{unknown}”; write one of {}", reachable.join(", "));
    }
    if route.max_age.is_some_and(|age| age.as_seconds() == 0) {
        bail!("guard.routes: max_age must be longer than nothing, such as 15m");
    }
    Ok(())
}

fn check_session_api_token(settings: &SessionApiToken) -> anyhow::Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins_well = settings.header.starts_with("X-") || settings.header.starts_with("x-");
    if !begins_well || settings.header.len() > 100 || !settings.header.bytes().all(fits) {
        bail!("session_api_token.header must be a header of its own, such as X-Postern-REST-Token");
    }
    for origin in &settings.origins {
        let url = url::Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none_or(|url| url.origin().ascii_serialization() != *origin) {
            bail!(
                "session_api_token.origins: “{origin}” is no origin; write https://app.example.com, without a slash at its end"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Value {
        serde_json::to_value(Config::default()).unwrap()
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let settings: Map<String, Value> = toml::from_str("[lifetimes]\nacess_token = '1h'").unwrap();
        let error = refuse_unknown(&settings, &known(), "").unwrap_err().to_string();
        assert_eq!(error, "there is no setting lifetimes.acess_token; did you mean lifetimes.access_token?");
        let mut settings = Map::new();
        let error = set(&mut settings, &known(), &["publik_url"], "x").unwrap_err().to_string();
        assert!(error.contains("public_url"), "{error}");
    }

    #[test]
    fn what_kubernetes_says_of_a_service_of_this_name_is_no_setting() {
        for (key, value) in [
            ("SERVICE_HOST", "10.0.0.11"),
            ("SERVICE_PORT", "80"),
            ("SERVICE_PORT_HTTP", "80"),
            ("PORT", "tcp://10.0.0.11:80"),
            ("PORT_80_TCP", "tcp://10.0.0.11:80"),
            ("PORT_80_TCP_PROTO", "tcp"),
            ("PORT_80_TCP_PORT", "80"),
            ("PORT_80_TCP_ADDR", "10.0.0.11"),
        ] {
            assert!(is_of_kubernetes(key, value), "{key}");
        }
        for key in [
            "PORT",
            "PORTS",
            "HOST",
            "SERVICE",
            "SERVICE_HOSTS",
            "SERVICE_HOST_HTTP",
            "LISTEN",
            "TLS__PORT_80",
        ] {
            assert!(!is_of_kubernetes(key, "80"), "{key}");
        }
    }

    #[test]
    fn where_a_setting_comes_from_is_known() {
        let file = std::env::temp_dir().join(format!("postern-settings-{}.toml", std::process::id()));
        std::fs::write(&file, "[lifetimes]\naccess_token = '1h'\n[branding]\nname = 'Acme'").unwrap();
        let environment = [("mail__from".to_owned(), "a@b.example".to_owned())];
        let flags = [("listen", Some("127.0.0.1:0".into()))];
        let config = load_from(Some(&file), environment, flags).unwrap();
        std::fs::remove_file(&file).unwrap();
        let source = |name: &str| config.sources.get(name).cloned();
        assert_eq!(source("lifetimes.access_token"), Some(SettingSource::File(file.clone())));
        assert_eq!(source("branding.name"), Some(SettingSource::File(file.clone())));
        assert_eq!(source("listen"), Some(SettingSource::Flag("--listen".into())));
        assert_eq!(source("mail.from"), Some(SettingSource::Environment("POSTERN_MAIL__FROM".into())));
        assert_eq!(source("branding.accent"), None);
    }

    #[test]
    fn texts_become_what_the_setting_is() {
        let mut settings = Map::new();
        for (path, text) in [
            ("registration__open", "true"),
            ("keys__rsa_bits", "2048"),
            ("trusted_proxies", "127.0.0.1/32, ::1"),
            ("lifetimes__access_token", "1h"),
            ("branding__accent", "#336699"),
        ] {
            set(&mut settings, &known(), &path.split("__").collect::<Vec<_>>(), text).unwrap();
        }
        let config: Config = serde_json::from_value(Value::Object(settings)).unwrap();
        assert!(config.registration.open);
        assert_eq!(config.keys.rsa_bits, 2048);
        assert_eq!(config.trusted_proxies, ["127.0.0.1/32", "::1"]);
        assert_eq!(config.lifetimes.access_token.as_seconds(), 3_600);
        check(&config).unwrap();
    }

    #[test]
    fn a_route_asks_for_sign_ins_that_there_are() {
        let of = |acr: &str, max_age: i64| {
            let acr_values = vec![acr.to_owned()];
            let max_age = Some(Lifetime::seconds(max_age));
            let mut config = Config::default();
            config.guard.routes =
                vec![GuardRoute { pattern: ".*".into(), acr_values, max_age, ..GuardRoute::default() }];
            check(&config).is_ok()
        };
        assert!(of("https://refeds.org/profile/mfa", 900));
        assert!(!of("urn:example:gold", 900) && !of("https://refeds.org/profile/mfa", 0));
    }

    #[test]
    fn origins_are_exact_and_the_header_is_nobody_elses() {
        let of = |header: &str, origin: &str| {
            let mut config = Config::default();
            config.session_api_token.header = header.into();
            config.session_api_token.origins = vec![origin.into()];
            check(&config).is_ok()
        };
        assert!(of("X-Acme-Token", "https://app.example.com:8443"));
        for header in ["", "Authorization", "Cookie", "Host", "X-A B", "X-A:"] {
            assert!(!of(header, "https://app.example.com"), "{header}");
        }
        for origin in
            ["*", "null", "", "https://a.example/", "https://A.example", "app.example", "ftp://a.example"]
        {
            assert!(!of("X-Acme-Token", origin), "{origin}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read_and_hides_passwords() {
        let config = Config { database_url: "postgres://u:hunter2@db/x".into(), ..Config::default() };
        let shown = shown(&config).unwrap();
        assert_eq!(shown["database_url"], "postgres://u:***@db/x");
        assert_eq!(shown["public_url"], "http://localhost:8080");
        refuse_unknown(shown.as_object().unwrap(), &known(), "").unwrap();
    }
}
