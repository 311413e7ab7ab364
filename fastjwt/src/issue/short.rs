//! Bytes and texts that are few as a rule, and then ask for no memory of their own.

use std::{fmt, io, ops::Deref};

/// Up to `N` bytes stand in it; more stand elsewhere.
#[derive(Clone)]
pub(crate) enum ShortBytes<const N: usize> {
    Here { bytes: [u8; N], length: usize },
    Elsewhere(Vec<u8>),
}

impl<const N: usize> ShortBytes<N> {
    pub(crate) const EMPTY: Self = Self::Here { bytes: [0; N], length: 0 };

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Here { bytes, length } => bytes.get(..*length).unwrap_or_default(),
            Self::Elsewhere(bytes) => bytes,
        }
    }

    #[inline]
    pub(crate) fn extend(&mut self, more: &[u8]) {
        if let Self::Here { bytes, length } = self
            && let Some((free, _)) = bytes.get_mut(*length..).and_then(|free| free.split_at_mut_checked(more.len()))
        {
            free.copy_from_slice(more);
            *length = length.saturating_add(more.len());
        } else {
            self.extend_elsewhere(more);
        }
    }

    #[cold]
    fn extend_elsewhere(&mut self, more: &[u8]) {
        if let Self::Here { .. } = self {
            let mut bytes = Vec::with_capacity(N.saturating_add(more.len()).saturating_mul(2));
            bytes.extend_from_slice(self.as_slice());
            *self = Self::Elsewhere(bytes);
        }
        if let Self::Elsewhere(bytes) = self {
            bytes.extend_from_slice(more);
        }
    }
}

impl<const N: usize> io::Write for ShortBytes<N> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text that most subjects, lists of scopes and csrf values fit into.
#[derive(Clone)]
pub(crate) struct ShortText(ShortBytes<56>);

impl ShortText {
    pub(crate) const EMPTY: Self = Self(ShortBytes::EMPTY);

    pub(crate) fn as_str(&self) -> &str {
        // Whole texts alone are put in, so that this never fails.
        str::from_utf8(self.0.as_slice()).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.as_slice().len()
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        self.0.extend(more.as_bytes());
    }
}

impl Deref for ShortText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for ShortText {
    fn from(text: &str) -> Self {
        let mut short = Self::EMPTY;
        short.push_str(text);
        short
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        self.push_str(more);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ShortText;

    #[test]
    fn a_text_is_the_same_whether_it_stands_here_or_elsewhere() {
        for piece in ["a", "ab", "é", "€€€", "0123456789"] {
            let (mut short, mut long) = (ShortText::EMPTY, String::new());
            assert_eq!(short.as_str(), "");
            for _ in 0..100 {
                short.push_str(piece);
                long.push_str(piece);
                assert_eq!(short.as_str(), long);
                assert_eq!(ShortText::from(long.as_str()).as_str(), long);
            }
        }
    }
}
