use postern_domain::{Lifetime, Timestamp};
use postern_flows::{Clock, Config, SystemClock, outbound};

use super::finding::Finding;

const CHECK: &str = "certificate";
/// Certificates are renewed 30 days before their end: at 21 somebody has had nine days to notice.
const SOON: Lifetime = Lifetime::days(21);
const REMEDY: &str = "renew it, and find out why that was not done by itself; a server that has it by tls.cert_file is \
                      restarted then, else whoever is in front of it has it";

/// Until when the certificate is good that is shown at `public_url`. Where nobody can be reached there, another finding says so.
pub(super) async fn certificate(config: &Config) -> Option<Finding> {
    if !config.is_https() {
        return None;
    }
    let until = outbound::own_certificate_end(&config.outbound, config.issuer()).await.ok()?;
    Some(finding(config.issuer(), until, SystemClock.now()))
}

fn finding(url: &str, until: Timestamp, now: Timestamp) -> Finding {
    const DAY: i64 = Lifetime::days(1).as_seconds();
    let left = until.0 - now.0;
    if left <= 0 {
        let found = format!("that of {url} ended {} days ago: browsers and apps refuse it", -left / DAY);
        return Finding::error(CHECK, found, REMEDY);
    }
    let found = format!("that of {url} is good for {} more days", left / DAY);
    match left < SOON.as_seconds() {
        true => Finding::warning(CHECK, found, REMEDY),
        false => Finding::ok(CHECK, found),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Status;
    use super::*;

    #[test]
    fn three_weeks_before_its_end_somebody_is_warned() {
        let now = Timestamp(1_800_000_000);
        let table = [
            (Lifetime::days(90).as_seconds(), Status::Ok),
            (Lifetime::days(21).as_seconds(), Status::Ok),
            (Lifetime::days(21).as_seconds() - 1, Status::Warning),
            (1, Status::Warning),
            (0, Status::Error),
            (-Lifetime::days(400).as_seconds(), Status::Error),
        ];
        for (left, status) in table {
            let found = finding("https://id.example.com", Timestamp(now.0 + left), now);
            assert_eq!(found.status, status, "{found:?}");
        }
    }
}
