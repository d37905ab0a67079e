//! Detects the encoding of a text file: UTF-8, or what Excel and older programs write.
//!
//! A file does not state its encoding, so its bytes decide. UTF-16 has a byte order mark or a zero in every other byte.
//! Bytes that are not valid UTF-8 are Windows-1252. One encoding applies to the whole file, so a file is read to its
//! end before its first row; this is a small part of the cost of reading the rows.
//!
//! If a file mixes UTF-8 letters with bytes that are not UTF-8, the majority decides, and rows in the other encoding
//! are refused. In a Windows-1252 file this includes any row that would also be valid UTF-8, because it is ambiguous.

use std::{
    io::{self, Read},
    str,
};

use csv::{ByteRecord, StringRecord};
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The bytes examined at a time.
const CHUNK: usize = 1 << 16;

/// How the letters of a file are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextEncoding {
    /// UTF-8, including plain ASCII.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Windows-1252, which includes Latin-1.
    Windows1252,
}

impl TextEncoding {
    /// Detects the encoding of a file by reading it to its end.
    pub(crate) fn of(mut reader: impl Read) -> io::Result<Self> {
        let mut buffer = vec![0; CHUNK];
        let mut kept = fill(&mut reader, &mut buffer)?;
        if let Some(utf16) = utf16(&buffer[..kept]) {
            return Ok(utf16);
        }
        // Letters in UTF-8, and bytes that are not UTF-8.
        let (mut letters, mut foreign) = (0_u64, 0_u64);
        loop {
            let mut rest = &buffer[..kept];
            let unfinished = loop {
                let (good, after) = match str::from_utf8(rest) {
                    Ok(good) => (good, None),
                    Err(error) => {
                        let (good, bad) = rest.split_at(error.valid_up_to());
                        (str::from_utf8(good).unwrap_or_default(), Some((bad, error.error_len())))
                    }
                };
                if !good.is_ascii() {
                    letters += good.chars().filter(|letter| !letter.is_ascii()).count() as u64;
                }
                match after {
                    None => break 0,
                    Some((bad, None)) => break bad.len(),
                    Some((bad, Some(length))) => {
                        foreign += 1;
                        rest = &bad[length..];
                    }
                }
            };
            // A letter may span two chunks.
            buffer.copy_within(kept - unfinished..kept, 0);
            let read = fill(&mut reader, &mut buffer[unfinished..])?;
            if read == 0 {
                foreign += u64::from(unfinished > 0);
                return Ok(if foreign > letters { Self::Windows1252 } else { Self::Utf8 });
            }
            kept = unfinished + read;
        }
    }

    /// Its name, except for UTF-8.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => None,
            Self::Utf16Le | Self::Utf16Be => Some("UTF-16"),
            Self::Windows1252 => Some("Windows-1252"),
        }
    }

    /// The bytes of a file, with UTF-16 converted to UTF-8. Windows-1252 stays as it is and is decoded by cell.
    pub(crate) fn reader<'a>(self, reader: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
        let encoding = match self {
            Self::Utf8 | Self::Windows1252 => return reader,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        };
        Box::new(Utf16 {
            inner: reader,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            left: 0..0,
            text: Vec::new(),
            at: 0,
            ended: false,
        })
    }

    /// The cells of a row as text, or the first cell that cannot be decoded, with the reason.
    pub(crate) fn row(self, raw: &ByteRecord) -> Result<StringRecord, (usize, &'static str)> {
        if self != Self::Windows1252 || raw.as_slice().is_ascii() {
            return StringRecord::from_byte_record(raw.clone())
                .map_err(|error| (error.utf8_error().field(), "is not UTF-8 text"));
        }
        let mut is_both = None;
        let mut record = StringRecord::with_capacity(raw.as_slice().len() * 2, raw.len());
        for (at, cell) in raw.iter().enumerate() {
            if !cell.is_ascii() {
                // `None`: no non-ASCII letters so far. Bytes that this encoding lacks decode as control characters.
                let is_utf8 = str::from_utf8(cell).is_ok();
                is_both = match is_both {
                    Some((_, false)) => is_both,
                    _ if is_utf8 => is_both.or(Some((at, true))),
                    _ => Some((at, false)),
                };
            }
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(cell);
            if text.contains(|letter: char| ('\u{80}'..'\u{a0}').contains(&letter)) {
                return Err((at, "is neither UTF-8 nor Windows-1252 text"));
            }
            record.push_field(&text);
        }
        match is_both {
            Some((at, true)) => Err((at, "is UTF-8 text in a file that is otherwise Windows-1252")),
            _ => Ok(record),
        }
    }
}

/// Fills the buffer, or reads to the end.
pub(crate) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Detects UTF-16 by its byte order mark, or by the zeros beside ASCII letters.
fn utf16(start: &[u8]) -> Option<TextEncoding> {
    match start {
        [0xff, 0xfe, ..] => return Some(TextEncoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(TextEncoding::Utf16Be),
        _ => {}
    }
    let is_text = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~');
    let pairs = start[..start.len().min(4_096)].chunks_exact(2);
    let (mut little, mut big, count) = (0, 0, pairs.len());
    for pair in pairs {
        little += usize::from(is_text(pair[0]) && pair[1] == 0);
        big += usize::from(pair[0] == 0 && is_text(pair[1]));
    }
    let most = |number: usize| count > 1 && number * 2 > count;
    match (most(little), most(big)) {
        (true, _) => Some(TextEncoding::Utf16Le),
        (_, true) => Some(TextEncoding::Utf16Be),
        _ => None,
    }
}

/// A reader that converts UTF-16 to UTF-8.
struct Utf16<'a> {
    inner: Box<dyn Read + 'a>,
    decoder: Decoder,
    raw: Vec<u8>,
    left: std::ops::Range<usize>,
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Utf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            if self.left.is_empty() {
                self.left = 0..fill(&mut self.inner, &mut self.raw)?;
            }
            let is_last = self.left.is_empty();
            self.text.resize(2 * CHUNK, 0);
            let raw = &self.raw[self.left.clone()];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, is_last);
            self.text.truncate(written);
            self.at = 0;
            self.left.start += read;
            match result {
                DecoderResult::InputEmpty => self.ended = is_last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let text = "contains an incomplete UTF-16 character";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> TextEncoding {
        TextEncoding::of(bytes).unwrap()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn an_encoding_is_found_by_the_bytes() {
        let text = "State,Agency\r\nCO,Cañon City\r\n";
        assert_eq!(found(b""), TextEncoding::Utf8);
        assert_eq!(found(b"a,b\n1,2\n"), TextEncoding::Utf8);
        assert_eq!(found(text.as_bytes()), TextEncoding::Utf8);
        assert_eq!(found(b"CO,Ca\xf1on City\n"), TextEncoding::Windows1252);
        assert_eq!(
            found(b"CO,Ca\xc3\xb1on City, Espa\xc3\xb1ola\nNM,Ca\xf1on\n"),
            TextEncoding::Utf8
        );
        for text in [text.to_owned(), format!("\u{feff}{text}")] {
            assert_eq!(found(&utf16(&text, u16::to_le_bytes)), TextEncoding::Utf16Le);
            assert_eq!(found(&utf16(&text, u16::to_be_bytes)), TextEncoding::Utf16Be);
        }
        // A letter that spans two chunks is read whole, and one cut off at the end is not.
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(CHUNK - shift), "🚓é".repeat(CHUNK / 4));
            assert_eq!(found(text.as_bytes()), TextEncoding::Utf8, "{shift}");
        }
        assert_eq!(found(b"Caf\xe9"), TextEncoding::Windows1252);
    }

    #[test]
    fn utf16_is_read_whole_or_refused() {
        let text = "Kauaʻi 🚓\n".repeat(20_000);
        for bytes in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let raw = utf16(&format!("\u{feff}{text}"), bytes);
            let mut read = String::new();
            let reader = found(&raw).reader(Box::new(raw.as_slice()));
            io::BufReader::new(reader).read_to_string(&mut read).unwrap();
            assert!(read == text);
            let mut cut = found(&raw).reader(Box::new(&raw[..raw.len() - 4]));
            assert!(cut.read_to_string(&mut String::new()).is_err());
        }
    }

    #[test]
    fn a_row_in_another_encoding_is_refused() {
        let row = |cells: &[&[u8]]| {
            TextEncoding::Windows1252.row(&ByteRecord::from(cells.to_vec())).map_err(|(at, _)| at)
        };
        assert_eq!(
            row(&[b"\x93Ca\xf1on\x94", b"\x80 5"]),
            Ok(StringRecord::from(vec!["“Cañon”", "€ 5"]))
        );
        assert_eq!(row(&[b"CO", b"Ca\xc3\xb1on"]), Err(1));
        // This cell is valid UTF-8 by chance; the next one shows the encoding.
        assert!(row(&[b"CAF\xc9\x92S", b"Ca\xf1on"]).is_ok());
        assert_eq!(row(&[b"CO", b"Ca\x81on"]), Err(1));
        assert_eq!(
            TextEncoding::Utf8.row(&ByteRecord::from(vec![&b"Ca\xf1on"[..]])).map_err(|(at, _)| at),
            Err(0)
        );
    }
}
