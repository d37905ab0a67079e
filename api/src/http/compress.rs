//! Codings of a body: Brotli and gzip.

use std::io::Write as _;

use axum::http::HeaderValue;

const GZIP_LEVEL: u32 = 6;

/// How the bytes of a body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// As they are.
    Identity,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Coding {
    /// The value of `Content-Encoding`, where there is one.
    pub(super) fn content_encoding(self) -> Option<HeaderValue> {
        match self {
            Self::Identity => None,
            Self::Brotli => Some(HeaderValue::from_static("br")),
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
        }
    }
}

/// A body in another coding.
pub(super) fn compress(body: &[u8], coding: Coding) -> std::io::Result<Vec<u8>> {
    match coding {
        Coding::Identity => Ok(body.to_vec()),
        Coding::Brotli => {
            let mut coded = Vec::new();
            brotli::BrotliCompress(
                &mut &*body,
                &mut coded,
                &brotli::enc::BrotliEncoderParams::default(),
            )?;
            Ok(coded)
        }
        Coding::Gzip => {
            let level = flate2::Compression::new(GZIP_LEVEL);
            let mut writer =
                flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 4), level);
            writer.write_all(body)?;
            writer.finish()
        }
    }
}
