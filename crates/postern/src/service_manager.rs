//! What the service manager is told, where there is one (sd_notify(3)).

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

/// Where it listens.
const SOCKET: &str = "NOTIFY_SOCKET";
/// The server takes requests.
pub(crate) const READY: &str = "READY=1";
/// The server was told to end.
pub(crate) const STOPPING: &str = "STOPPING=1";

/// Tells it how the server is; without one, nobody.
pub(crate) fn tell(state: &str) {
    let Some(socket) = std::env::var_os(SOCKET) else { return };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(%error, state, "the service manager could not be told");
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    let sender = UnixDatagram::unbound()?;
    match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => send_to_abstract(&sender, name, state),
        None => sender.send_to(state.as_bytes(), Path::new(socket)).map(drop),
    }
}

#[cfg(target_os = "linux")]
fn send_to_abstract(sender: &UnixDatagram, name: &[u8], state: &str) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    sender.send_to_addr(state.as_bytes(), &SocketAddr::from_abstract_name(name)?).map(drop)
}

#[cfg(not(target_os = "linux"))]
fn send_to_abstract(_: &UnixDatagram, _: &[u8], _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_hears_what_it_is_told() {
        let folder = std::env::temp_dir().join(format!("postern-notify-{}", std::process::id()));
        let _of_a_run_before = std::fs::remove_file(&folder);
        let manager = UnixDatagram::bind(&folder).unwrap();
        send(folder.as_os_str(), READY).unwrap();
        let mut heard = [0; 32];
        let length = manager.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"READY=1");
        std::fs::remove_file(&folder).unwrap();
        assert!(send(folder.as_os_str(), READY).is_err());
    }
}
