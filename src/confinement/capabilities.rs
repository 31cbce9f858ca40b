//! The five capability sets of a thread, `capabilities(7)`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;

/// The number of `CAP_SYS_ADMIN`, `linux/capability.h`.
pub const CAP_SYS_ADMIN: u8 = 21;
/// The number of `CAP_SYS_RAWIO`, `linux/capability.h`.
pub const CAP_SYS_RAWIO: u8 = 17;

/// The process's capability sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capabilities {
    /// What permission checks use (`CapEff:`).
    pub effective: Reading<CapabilitySet>,
    /// What it may make effective (`CapPrm:`).
    pub permitted: Reading<CapabilitySet>,
    /// What a file's inheritable set can give back at execve (`CapInh:`).
    pub inheritable: Reading<CapabilitySet>,
    /// What no execve can go beyond (`CapBnd:`, per thread since Linux 2.6.25).
    pub bounding: Reading<CapabilitySet>,
    /// What an execve of an ordinary file keeps (`CapAmb:`, since Linux 4.3).
    pub ambient: Reading<CapabilitySet>,
    /// The highest capability that this kernel knows (`/proc/sys/kernel/cap_last_cap`, since Linux 3.2).
    pub last: Reading<u8>,
}

impl Capabilities {
    /// The sets with their names, in the order that `capabilities(7)` has.
    pub fn sets(&self) -> [(&'static str, &Reading<CapabilitySet>); 5] {
        [
            ("effective", &self.effective),
            ("permitted", &self.permitted),
            ("inheritable", &self.inheritable),
            ("bounding", &self.bounding),
            ("ambient", &self.ambient),
        ]
    }
}

/// A set of capabilities: bit N is capability N.
///
/// Bits without a name are kept, and shown as `cap_41` and the like. In JSON:
/// `{"raw":"00000000a80425fb","names":["CAP_CHOWN",…]}`; only `raw` is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "SetForm", into = "SetForm")]
#[schemars(with = "SetForm")]
pub struct CapabilitySet(pub u64);

impl CapabilitySet {
    /// No capability.
    pub const EMPTY: Self = Self(0);
    /// Docker's and containerd's default fourteen (moby `oci/caps/defaults.go`).
    pub const DOCKER_DEFAULT: Self = Self(0xa804_25fb);
    /// CRI-O's default nine (cri-o `internal/config/capabilities`).
    pub const CRIO_DEFAULT: Self = Self(0x5fb);

    /// Every capability up to and with the number `last`.
    pub fn up_to(last: u8) -> Self {
        Self(if last >= 63 {
            u64::MAX
        } else {
            (1u64 << (last + 1)) - 1
        })
    }

    /// Whether capability number `number` is in the set.
    pub fn contains(self, number: u8) -> bool {
        number < 64 && self.0 >> number & 1 == 1
    }

    /// The set with capability number `number` as well.
    #[must_use]
    pub fn with(self, number: u8) -> Self {
        Self(if number < 64 {
            self.0 | 1 << number
        } else {
            self.0
        })
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many capabilities it holds.
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The numbers in the set, ascending.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        (0..64u8).filter(move |n| self.contains(*n))
    }

    /// The names in the set, ascending by number: `CAP_CHOWN`, or `cap_41` for one without a name.
    pub fn names(self) -> Vec<String> {
        self.numbers().map(capability_name).collect()
    }
}

/// A capability's name as the kernel's headers spell it (`CAP_CHOWN`), or `cap_N` for one unknown here.
pub fn capability_name(number: u8) -> String {
    static NAMES: LazyLock<BTreeMap<u8, String>> = LazyLock::new(|| {
        let all = caps::all().into_iter();
        all.map(|c| (c.index(), c.to_string())).collect()
    });
    let known = NAMES.get(&number).cloned();
    known.unwrap_or_else(|| format!("cap_{number}"))
}

/// The number of a capability given by its name, `CAP_CHOWN` or `cap_41`; in any case of letters, with the prefix.
pub fn capability_number(name: &str) -> Option<u8> {
    let upper = name.to_ascii_uppercase();
    if let Ok(known) = caps::Capability::from_str(&upper) {
        return Some(known.index());
    }
    upper.strip_prefix("CAP_")?.parse().ok().filter(|n| *n < 64)
}

impl fmt::Display for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CapabilitySet")]
struct SetForm {
    /// The mask, sixteen hexadecimal digits, as `/proc/PID/status` writes it.
    raw: String,
    /// The names, for people.
    #[serde(default)]
    names: Vec<String>,
}

impl TryFrom<SetForm> for CapabilitySet {
    type Error = std::num::ParseIntError;

    fn try_from(form: SetForm) -> Result<Self, Self::Error> {
        u64::from_str_radix(&form.raw, 16).map(Self)
    }
}

impl From<CapabilitySet> for SetForm {
    fn from(set: CapabilitySet) -> Self {
        Self {
            raw: set.to_string(),
            names: set.names(),
        }
    }
}
