//! Service-account tokens: their claims, never the tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Text};

/// What credentials are mounted into the process's file tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credentials {
    /// Kubernetes service-account tokens, in files that have `token` in their names, below
    /// `/run/secrets` and `/var/run/secrets` and in volumes that the kubelet projects to other
    /// places.
    pub service_account_tokens: Reading<Vec<ServiceAccountToken>>,
}

/// The claims of one service-account token (RFC 7519; Kubernetes KEP-1205).
///
/// The signature is not verified: the claims are what the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceAccountToken {
    /// The token file's path; the volume's, where a captured tree has its mount alone.
    pub path: Text,
    /// `aud`.
    pub audiences: Reading<Vec<Text>>,
    /// `exp`, seconds since 1970 UTC; `null` for a token that never expires.
    pub expires_unix_seconds: Reading<Option<i64>>,
    /// Namespace claim.
    pub namespace: Reading<Text>,
    /// Service account's name claim.
    pub service_account: Reading<Text>,
}
