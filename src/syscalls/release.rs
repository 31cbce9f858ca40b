//! Kernel releases, as far as the tables need to order them.

use std::fmt;

/// A kernel release; releases compare by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
    /// The third number, 0 where it is not written.
    pub patch: u16,
}

impl Release {
    /// The release `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The release at the head of what uname(2) gives, such as `6.1.0-18-amd64`
    /// or `6.12-rc3`. Nothing where it does not begin with two numbers.
    pub fn from_uname(text: &str) -> Option<Self> {
        let mut parts = text
            .split(['.', '-', '+', '_', ' '])
            .map_while(|part| part.parse().ok());
        let (major, minor) = (parts.next()?, parts.next()?);
        let third_is_patch = text.split('.').nth(2).is_some();
        let patch = parts.next().filter(|_| third_is_patch).unwrap_or(0);
        Some(Self::new(major, minor, patch))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        match self.patch {
            0 => Ok(()),
            patch => write!(f, ".{patch}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn uname_releases_are_read() {
        let read = |text| Release::from_uname(text).map(|release| release.to_string());
        assert_eq!(read("6.1.0-18-amd64").as_deref(), Some("6.1"));
        assert_eq!(read("5.10.0+").as_deref(), Some("5.10"));
        assert_eq!(read("6.12-3").as_deref(), Some("6.12"));
        assert_eq!(read("6.12-rc3").as_deref(), Some("6.12"));
        assert_eq!(read("4.4.0").as_deref(), Some("4.4"));
        assert_eq!(read("2.6.32-754.el6").as_deref(), Some("2.6.32"));
        assert_eq!(read("gvisor"), None);
        assert!(Release::new(5, 9, 0) < Release::new(5, 10, 0));
    }
}
