//! Content codings: Brotli, Zstandard and gzip.
//!
//! A cached answer is compressed once and sent many times, so its levels are those above which more work hardly makes
//! it smaller. A file is compressed each time it is sent.

use std::{io::Write as _, sync::LazyLock};

use axum::{body::Bytes, http::HeaderValue};
use tokio::sync::Semaphore;

use crate::limits::cores;

/// Smaller bodies are sent uncompressed: the overhead would exceed the gain.
const SMALLEST: usize = 1_024;

const BROTLI_QUALITY: u32 = 5;
/// The logarithm of Brotli's window: 4 MiB.
const BROTLI_WINDOW: u32 = 22;
const ZSTD_LEVEL: i32 = 6;
const GZIP_LEVEL: u32 = 6;
/// Content that is sent once is compressed as fast as it is produced.
const STREAM_ZSTD_LEVEL: i32 = 1;
const STREAM_GZIP_LEVEL: u32 = 1;

/// As many bodies are compressed at once as there are cores.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));

/// How the bytes of a body are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Coding {
    /// Uncompressed.
    Identity,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// The coding with a name in `Accept-Encoding`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let names = [
            ("identity", Self::Identity),
            ("br", Self::Brotli),
            ("zstd", Self::Zstd),
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
        ];
        names.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, coding)| *coding)
    }

    /// The value of `Content-Encoding`, if there is one.
    pub(crate) fn content_encoding(self) -> Option<HeaderValue> {
        self.name().map(HeaderValue::from_static)
    }

    /// The name in headers.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
            Self::Gzip => Some("gzip"),
        }
    }
}

/// Compresses a body away from the serving threads.
pub(crate) async fn apart(body: Bytes, coding: Coding) -> std::io::Result<Vec<u8>> {
    turn(move || compress(&body, coding)).await
}

/// Runs work such as compression away from the threads that serve, as much at once as there are cores.
pub(crate) async fn turn<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    let _turn = TURNS.acquire().await.map_err(std::io::Error::other)?;
    let work = tokio::task::spawn_blocking(work);
    work.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

/// A body that is compressed and sent part by part.
pub(crate) struct Stream(Encoder);

enum Encoder {
    Identity,
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
}

impl Stream {
    /// An empty body. Streams do not use Brotli, which is slow at useful levels.
    pub(crate) fn new(coding: Coding) -> std::io::Result<Self> {
        Ok(Self(match coding {
            Coding::Identity | Coding::Brotli => Encoder::Identity,
            Coding::Zstd => {
                Encoder::Zstd(zstd::stream::write::Encoder::new(Vec::new(), STREAM_ZSTD_LEVEL)?)
            }
            Coding::Gzip => {
                let level = flate2::Compression::new(STREAM_GZIP_LEVEL);
                Encoder::Gzip(flate2::write::GzEncoder::new(Vec::new(), level))
            }
        }))
    }

    /// Takes bytes, and returns the compressed bytes that are ready.
    pub(crate) fn encode(&mut self, bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
        match &mut self.0 {
            Encoder::Identity => Ok(bytes),
            Encoder::Zstd(encoder) => {
                encoder.write_all(&bytes)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
            Encoder::Gzip(encoder) => {
                encoder.write_all(&bytes)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
        }
    }

    /// Takes the last bytes, and returns the rest. Without it the body is incomplete.
    pub(crate) fn end(&mut self, bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
        let mut coded = self.encode(bytes)?;
        match std::mem::replace(&mut self.0, Encoder::Identity) {
            Encoder::Identity => {}
            Encoder::Zstd(encoder) => coded.append(&mut encoder.finish()?),
            Encoder::Gzip(encoder) => coded.append(&mut encoder.finish()?),
        }
        Ok(coded)
    }
}

/// Whether a body of this size is worth compressing.
pub(crate) fn pays(bytes: usize) -> bool {
    bytes >= SMALLEST
}

/// A body in a content coding.
pub(crate) fn compress(body: &[u8], coding: Coding) -> std::io::Result<Vec<u8>> {
    match coding {
        Coding::Identity => Ok(body.to_vec()),
        Coding::Brotli => {
            let mut writer = brotli::CompressorWriter::new(
                Vec::with_capacity(body.len() / 4),
                4_096,
                BROTLI_QUALITY,
                BROTLI_WINDOW,
            );
            writer.write_all(body)?;
            Ok(writer.into_inner())
        }
        Coding::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL),
        Coding::Gzip => {
            let level = flate2::Compression::new(GZIP_LEVEL);
            let mut writer =
                flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 4), level);
            writer.write_all(body)?;
            writer.finish()
        }
    }
}
