use postern_flows::{Config, upstream};

use super::finding::Finding;

const CHECK: &str = "upstream";

/// Whether each sign-in provider that lets people in answers, and as it has to.
pub(super) async fn providers(config: &Config) -> Vec<Finding> {
    let finding = |(name, found)| match found {
        Ok(()) => Finding::ok(CHECK, format!("{name} answers")),
        Err(why) => {
            let remedy = "compare its issuer in the settings with the one in its discovery document; for one in your own network set outbound.allow";
            Finding::error(CHECK, format!("{name}: {why}"), remedy)
        }
    };
    upstream::findings(config).await.into_iter().map(finding).collect()
}
