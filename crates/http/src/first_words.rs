//! A connection that says nothing is closed. The server tells HTTP/1.1 from HTTP/2 by a connection's first bytes, and
//! hyper's own time-outs begin only when it knows.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What an HTTP/2 connection begins with (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose reads fail if the version of HTTP is not known in time.
pub(crate) struct FirstWords<S> {
    stream: S,
    /// How much of the preface has been read, and until when the rest may take; nothing once it is known what is
    /// spoken.
    waiting: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<S> FirstWords<S> {
    pub(crate) fn within(patience: Duration, stream: S) -> Self {
        Self { stream, waiting: Some((0, Box::pin(tokio::time::sleep(patience)))) }
    }

    fn heard(&mut self, bytes: &[u8]) {
        if let Some((known, _)) = &mut self.waiting {
            let rest = PREFACE.get(*known..).unwrap_or_default();
            *known += bytes.len();
            if bytes.is_empty() || !rest.starts_with(bytes) || *known == PREFACE.len() {
                self.waiting = None;
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstWords<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        match (&read, &mut self.waiting) {
            (Poll::Pending, Some((_, deadline))) => {
                deadline.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
            (Poll::Ready(Ok(())), Some(_)) => {
                self.heard(buffer.filled().get(before..).unwrap_or_default());
                read
            }
            _ => read,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstWords<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn outcome(said: &[u8]) -> io::Result<u8> {
        let (mut client, server) = tokio::io::duplex(64);
        let mut words = FirstWords::within(Duration::from_millis(50), server);
        client.write_all(said).await.unwrap();
        for _ in said {
            words.read_u8().await?;
        }
        tokio::select! {
            read = words.read_u8() => read,
            () = tokio::time::sleep(Duration::from_millis(300)) => Ok(0),
        }
    }

    #[tokio::test]
    async fn only_those_who_have_said_what_they_speak_may_be_silent() {
        for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n"] {
            assert_eq!(outcome(said).await.unwrap_err().kind(), io::ErrorKind::TimedOut, "{said:?}");
        }
        for said in [&b"G"[..], b"PO", PREFACE] {
            assert_eq!(outcome(said).await.unwrap(), 0, "{said:?}");
        }
    }
}
