//! JSON that runtimes keep on disk.

use serde::de::DeserializeOwned;

/// Reads it; `None` where it is not as `T` has it. What a runtime copied into a field that
/// is not looked at need not be UTF-8.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_str(&String::from_utf8_lossy(bytes)).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_field_that_nobody_reads_may_hold_any_bytes() {
        #[derive(serde::Deserialize)]
        struct State {
            pid: u32,
        }
        let state: State = super::read(b"{\"env\":\"A=\xff\",\"pid\":7}").unwrap();
        assert_eq!(state.pid, 7);
        assert!(super::read::<State>(b"{\"pid\":\"7\"}").is_none());
    }
}
