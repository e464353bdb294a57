//! The certificate of a server that needs no proxy for HTTPS.

use std::path::PathBuf;
use std::sync::Arc;

use postern_flows::Tls;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ServeError;

pub(super) fn acceptor(tls: &Tls) -> Result<Option<TlsAcceptor>, ServeError> {
    let (cert_file, key_file) = match (&tls.cert_file, &tls.key_file) {
        (None, None) => return Ok(None),
        (Some(cert_file), Some(key_file)) => (cert_file, key_file),
        _ => return Err(ServeError::TlsHalf),
    };
    let refused =
        |file: &PathBuf, error: &dyn std::fmt::Display| ServeError::Tls(file.clone(), error.to_string());
    let chain = CertificateDer::pem_file_iter(cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refused(cert_file, &error))?;
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| refused(key_file, &error))?;
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    // TLS 1.3, and of 1.2 only what has forward secrecy and AES-GCM (FAPI 2.0 section 5.2.1).
    provider
        .cipher_suites
        .retain(|suite| suite.tls13().is_some() || format!("{:?}", suite.suite()).contains("_WITH_AES_"));
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(cert_file, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| refused(cert_file, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
