//! Error numbers, with their names.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Linux error number, as `errno(3)` lists them for the native ABI.
///
/// In JSON an object with the number and, where it has one, the name:
/// `{"number":1,"name":"EPERM"}`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(from = "ErrnoForm", into = "ErrnoForm")]
#[schemars(with = "ErrnoForm")]
pub struct Errno(pub i32);

impl Errno {
    /// `EPERM`.
    pub const EPERM: Self = Self(nix::libc::EPERM);
    /// `EACCES`.
    pub const EACCES: Self = Self(nix::libc::EACCES);
    /// `ENOENT`.
    pub const ENOENT: Self = Self(nix::libc::ENOENT);
    /// `EINVAL`.
    pub const EINVAL: Self = Self(nix::libc::EINVAL);
    /// `ENOSYS`.
    pub const ENOSYS: Self = Self(nix::libc::ENOSYS);
    /// `ESRCH`: the process is gone.
    pub const ESRCH: Self = Self(nix::libc::ESRCH);

    /// The symbolic name, such as `EPERM`; `None` for a number without one.
    pub fn name(self) -> Option<String> {
        match nix::errno::Errno::from_raw(self.0) {
            nix::errno::Errno::UnknownErrno => None,
            known => Some(format!("{known:?}")),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(&name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl From<nix::errno::Errno> for Errno {
    fn from(errno: nix::errno::Errno) -> Self {
        Self(errno as i32)
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Errno")]
struct ErrnoForm {
    /// The error number.
    number: i32,
    /// Its symbolic name, such as `EPERM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl From<ErrnoForm> for Errno {
    fn from(form: ErrnoForm) -> Self {
        Self(form.number)
    }
}

impl From<Errno> for ErrnoForm {
    fn from(errno: Errno) -> Self {
        Self {
            number: errno.0,
            name: errno.name(),
        }
    }
}
