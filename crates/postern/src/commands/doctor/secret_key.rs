use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::finding::Finding;
use crate::instance;

/// Whether the secret key is there, whole and kept from others.
pub(super) fn secret_key(file: &Path) -> Finding {
    const CHECK: &str = "secret_key_file";
    let mode = match fs::metadata(file) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let remedy =
                "nothing to do: the first start makes it; then keep a copy of it apart from the database's";
            return Finding::warning(CHECK, format!("{} is not there yet", file.display()), remedy);
        }
        Err(error) => {
            let remedy = "let the server's user read the file";
            return Finding::error(CHECK, format!("{} cannot be read: {error}", file.display()), remedy);
        }
    };
    if let Err(error) = instance::secret_key(file) {
        return Finding::error(
            CHECK,
            format!("{error:#}"),
            "restore the file that the instance was made with",
        );
    }
    if mode & 0o077 != 0 {
        let remedy = "take the others' rights away: chmod 600";
        return Finding::warning(
            CHECK,
            format!("others may read {} (mode {mode:o})", file.display()),
            remedy,
        );
    }
    Finding::ok(CHECK, format!("{} holds 32 bytes and only its owner may read it", file.display()))
}
