//! A connection that is closed while its client is still sending.
//!
//! If a connection is closed with unread bytes, the system resets it, and the last data sent are lost: the reason for
//! closing. So after sending such a reason, the server reads and discards what the client sends for a moment.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};

use super::hold::ConnectionHold;

/// How long a client may continue sending, and how many bytes.
const MOMENT: Duration = Duration::from_secs(2);
const MOST_BYTES: usize = 8 << 20;

/// A connection that may linger when it is closed.
pub(super) struct LingeringStream {
    /// None once it has ended.
    stream: Option<TcpStream>,
    hold: ConnectionHold,
}

impl LingeringStream {
    pub(super) fn new(stream: TcpStream, hold: ConnectionHold) -> Self {
        Self { stream: Some(stream), hold }
    }

    fn poll<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut self.stream {
            Some(stream) => poll(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl Drop for LingeringStream {
    fn drop(&mut self) {
        if self.hold.lingers()
            && let Some(stream) = self.stream.take()
        {
            let hold = self.hold.clone();
            tokio::spawn(async move {
                let _ = tokio::time::timeout(MOMENT, linger(stream)).await;
                drop(hold);
            });
        }
    }
}

async fn linger(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let (mut bytes, mut buffer) = (0, [0; 4 << 10]);
    while bytes < MOST_BYTES {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => bytes += read,
        }
    }
    Ok(())
}

impl AsyncRead for LingeringStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for LingeringStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(|stream| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(|stream| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_shutdown(context))
    }
}
