//! The claims of a service-account token; the token itself goes nowhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::confinement::{Reading, ServiceAccountToken, Text};

/// The most that is taken as a token; those of Kubernetes are about 1 KB.
pub(super) const MAX_TOKEN_BYTES: usize = 64 << 10;

/// What a token says that reports show, and of which Pod it is.
#[derive(Debug)]
pub(super) struct Claims {
    /// What a report shows.
    pub(super) token: ServiceAccountToken,
    /// The Pod it is bound to, since Kubernetes 1.13.
    pub(super) pod_name: Option<Text>,
    /// Its uid.
    pub(super) pod_uid: Option<Text>,
}

/// Reads the claims of a JSON Web Token (RFC 7519); the signature is not looked at.
///
/// `None` for what is no token of a Kubernetes service account.
pub(super) fn claims(bytes: &[u8], path: &[u8]) -> Option<Claims> {
    let token = bytes.trim_ascii();
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let mut parts = token.split(|b| *b == b'.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let json: Value = serde_json::from_str(&payload).ok()?;
    let subject = json.get("sub").and_then(Value::as_str);
    let mut of_subject = subject
        .and_then(|s| s.strip_prefix("system:serviceaccount:"))
        .map(|s| s.splitn(2, ':'))?;
    let (namespace, account) = (of_subject.next(), of_subject.next());
    let pod = |field| {
        json.pointer(&format!("/kubernetes.io/pod/{field}"))
            .and_then(Value::as_str)
            .map(Text::from)
    };
    Some(Claims {
        token: ServiceAccountToken {
            path: path.into(),
            audiences: audiences(&json),
            expires_unix_seconds: match json.get("exp") {
                None => Reading::Known(None),
                Some(exp) => match exp.as_i64() {
                    Some(seconds) => Reading::Known(Some(seconds)),
                    None => unreadable(path, "exp"),
                },
            },
            namespace: word(namespace, path, "sub"),
            service_account: word(account, path, "sub"),
        },
        pod_name: pod("name"),
        pod_uid: pod("uid"),
    })
}

/// A token that is known by the volume it lies in alone.
pub(super) fn unread(volume: &[u8]) -> Claims {
    fn not_in_tree<T>(volume: &[u8]) -> Reading<T> {
        Reading::denied(
            "openat2",
            volume,
            None,
            "a captured tree that holds its files",
        )
    }
    Claims {
        token: ServiceAccountToken {
            path: volume.into(),
            audiences: not_in_tree(volume),
            expires_unix_seconds: not_in_tree(volume),
            namespace: not_in_tree(volume),
            service_account: not_in_tree(volume),
        },
        pod_name: None,
        pod_uid: None,
    }
}

fn word(word: Option<&str>, path: &[u8], claim: &str) -> Reading<Text> {
    match word {
        Some(word) => Reading::Known(word.into()),
        None => unreadable(path, claim),
    }
}

/// `aud` is one string or a list of them; tokens from before 1.13 have none.
fn audiences(json: &Value) -> Reading<Vec<Text>> {
    match json.get("aud") {
        None => Reading::absent("the token has no aud claim"),
        Some(Value::Array(all)) => Reading::Known(
            all.iter()
                .filter_map(Value::as_str)
                .map(Text::from)
                .collect(),
        ),
        Some(one) => Reading::Known(one.as_str().map(Text::from).into_iter().collect()),
    }
}

fn unreadable<T>(path: &[u8], claim: &str) -> Reading<T> {
    Reading::denied(
        "read",
        path,
        None,
        format!("a token whose {claim} claim is as Kubernetes writes it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(payload: &str) -> Vec<u8> {
        format!("h.{}.s\n", URL_SAFE_NO_PAD.encode(payload)).into_bytes()
    }

    #[test]
    fn claims_are_read_and_the_token_is_not_kept() {
        let bytes = token(
            r#"{"aud":["https://k"],"exp":1900000000,"sub":"system:serviceaccount:shop:cart",
               "kubernetes.io":{"namespace":"shop","pod":{"name":"cart-1","uid":"u-1"}}}"#,
        );
        let claims = claims(&bytes, b"/t").unwrap();
        assert!(claims.token.expires_unix_seconds.is(&Some(1_900_000_000)));
        assert!(claims.token.namespace.is(&"shop".into()));
        assert!(claims.token.service_account.is(&"cart".into()));
        assert_eq!(claims.pod_name, Some("cart-1".into()));
        let shown = format!("{claims:?}");
        assert!(!shown.contains(std::str::from_utf8(&bytes).unwrap().trim()));
    }

    #[test]
    fn what_is_no_service_accounts_token_is_left_out() {
        for bytes in [
            &b"a.b.c"[..],
            b"",
            b"password",
            &token(r#"{"sub":"alice"}"#),
        ] {
            assert!(claims(bytes, b"/t").is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            claims(&bytes, b"/t");
            claims(&token(&String::from_utf8_lossy(&bytes)), b"/t");
        }
    }
}
