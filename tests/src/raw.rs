use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A TCP connection for bytes that no HTTP client would send.
#[derive(Debug)]
pub struct RawConnection(TcpStream);

impl RawConnection {
    pub(crate) async fn open(to: SocketAddr) -> Self {
        Self(TcpStream::connect(to).await.expect("connect to the server"))
    }

    /// Sends bytes; answers whether the server still takes them.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).await.is_ok()
    }

    /// Says that nothing more will come.
    pub async fn finish(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// Reads until the server closes or `patience` has passed; answers what came and whether it closed.
    pub async fn read_to_end(&mut self, patience: Duration) -> (Vec<u8>, bool) {
        let mut read = Vec::new();
        let closed = tokio::time::timeout(patience, async {
            let mut chunk = [0; 4096];
            // A reset closes as well.
            while let Ok(length @ 1..) = self.0.read(&mut chunk).await {
                read.extend_from_slice(&chunk[..length]);
            }
        });
        let closed = closed.await.is_ok();
        (read, closed)
    }

    /// Reads the status of the next answer; none if the server closes or does not answer in time.
    pub async fn status(&mut self, patience: Duration) -> Option<u16> {
        let mut line = Vec::new();
        let read = tokio::time::timeout(patience, async {
            while !line.ends_with(b"\r\n") {
                line.push(self.0.read_u8().await.ok()?);
            }
            Some(())
        });
        read.await.ok()??;
        String::from_utf8_lossy(&line).split(' ').nth(1)?.parse().ok()
    }
}
