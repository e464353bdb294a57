use std::fs;
use std::io;

use postern_flows::{Config, Listen};

use super::finding::Finding;

/// Whether the address of the server is one that browsers and apps can trust.
pub(super) fn public_url(config: &Config) -> Finding {
    let loopback = match config.public_url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if config.is_https() || loopback {
        return Finding::ok("public_url", config.issuer());
    }
    Finding::error(
        "public_url",
        format!("{} is plain http", config.issuer()),
        "serve https: set tls.cert_file and tls.key_file or put a proxy in front, then set public_url to the https URL",
    )
}

/// Whether what `tls.*` names can be read.
pub(super) fn tls(config: &Config) -> Finding {
    let files = [&config.tls.cert_file, &config.tls.key_file];
    match files
        .map(|file| file.as_ref().map(|file| fs::File::open(file).map_err(|error| (file.clone(), error))))
    {
        [None, None] if config.is_https() && config.trusted_proxies.is_empty() => Finding::warning(
            "tls",
            "https is somebody else's work, but no proxy is trusted",
            "set trusted_proxies to the proxy's network, or every caller seems to have the proxy's address",
        ),
        [None, None] => Finding::ok("tls", "not used here"),
        [Some(Ok(_)), Some(Ok(_))] => Finding::ok("tls", "certificate and key can be read"),
        [Some(Err((file, error))), _] | [_, Some(Err((file, error)))] => Finding::error(
            "tls",
            format!("{} cannot be read: {error}", file.display()),
            "correct the path, and let the server's user read the file",
        ),
        _ => Finding::error(
            "tls",
            "only one of certificate and key is set",
            "set tls.cert_file and tls.key_file",
        ),
    }
}

/// Whether the address to listen at can be had.
pub(super) async fn address(config: &Config) -> Finding {
    const CHECK: &str = "listen";
    let Listen::Tcp(address) = &config.listen else {
        return Finding::ok(CHECK, "a Unix socket");
    };
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => Finding::ok(CHECK, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::warning(
            CHECK,
            format!("{address} is taken"),
            "fine if this server runs already; else stop the other program or set listen",
        ),
        Err(error) => {
            Finding::error(CHECK, format!("{address}: {error}"), "set listen to an address of this machine")
        }
    }
}
