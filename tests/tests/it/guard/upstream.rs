//! An API that answers what it was asked: the head as it came, the length of the body and its beginning.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Stream = BufReader<TcpStream>;

/// Starts one; it ends with the test.
pub(super) async fn upstream() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                while answer(&mut stream).await.is_some() {}
            });
        }
    });
    address
}

async fn answer(stream: &mut Stream) -> Option<()> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    if lower.contains("upgrade: websocket") {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.ok()?;
        return echo(stream).await;
    }
    let (length, beginning) = body(stream, &lower).await?;
    let text = format!("{head}LENGTH {length}\r\nBODY {beginning}");
    let status =
        if head.contains(" /moved") { "302 Found\r\nlocation: ../Other//Place?x=%2F" } else { "200 OK" };
    let said = if head.starts_with("HEAD ") { "" } else { text.as_str() };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{said}", text.len());
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn echo(stream: &mut Stream) -> Option<()> {
    let mut bytes = [0; 4096];
    loop {
        let length = stream.read(&mut bytes).await.ok().filter(|length| *length > 0)?;
        stream.write_all(bytes.get(..length)?).await.ok()?;
    }
}

async fn body(stream: &mut Stream, head: &str) -> Option<(usize, String)> {
    let (mut length, mut beginning) = (0, Vec::new());
    let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let chunked = line("transfer-encoding:").is_some();
    let mut left: usize = line("content-length:").map_or(Some(0), |text| text.parse().ok())?;
    loop {
        if chunked {
            let mut size = String::new();
            stream.read_line(&mut size).await.ok()?;
            left = usize::from_str_radix(size.trim(), 16).ok()?;
        }
        let last = left == 0;
        let mut bytes = vec![0; 64 * 1024];
        while left > 0 {
            let most = left.min(bytes.len());
            let read = stream.read(bytes.get_mut(..most)?).await.ok().filter(|read| *read > 0)?;
            beginning.extend(bytes.iter().take(read).take(200_usize.saturating_sub(length)));
            (left, length) = (left - read, length + read);
        }
        if chunked {
            stream.read_line(&mut String::new()).await.ok()?;
        }
        if !chunked || last {
            return Some((length, String::from_utf8_lossy(&beginning).into_owned()));
        }
    }
}
