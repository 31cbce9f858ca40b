//! Versions of the standard: one for each minor version of Kubernetes.

use std::fmt;
use std::str::FromStr;

/// A version of the standard; `latest` is greater than every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Kubernetes 1.N.
    Minor(u64),
    /// The newest one known.
    Latest,
}

/// A text that names no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be \"latest\" or \"v1.x\"")]
pub struct VersionError;

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `latest`, or `v1.N` without leading zeros.
    fn from_str(version: &str) -> Result<Self, VersionError> {
        if version == "latest" {
            return Ok(Self::Latest);
        }
        let minor = version.strip_prefix("v1.").ok_or(VersionError)?;
        let digits = !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit());
        if !digits || (minor.len() > 1 && minor.starts_with('0')) {
            return Err(VersionError);
        }
        // The API server holds it as a signed number of 64 bits.
        let minor: i64 = minor.parse().map_err(|_| VersionError)?;
        u64::try_from(minor)
            .map(Self::Minor)
            .map_err(|_| VersionError)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => write!(f, "v1.{minor}"),
            Self::Latest => f.write_str("latest"),
        }
    }
}
