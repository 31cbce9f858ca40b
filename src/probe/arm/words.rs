//! The asking program's instructions, as the assembler makes them of `ask.s`.

/// In the order of memory.
#[rustfmt::skip]
pub(super) const WORDS: [u32; 80] = [
    0xe28f_af4e, 0xe3a0_0000, 0xe59a_1004, 0xe3a0_2003, 0xe3a0_3001, 0xe59a_4000,
    0xe3a0_5000, 0xe3a0_70c0, 0xef00_0000, 0xe370_0a01, 0x8a00_001e, 0xe1a0_9000,
    0xe24d_d018, 0xe28f_00e4, 0xe58d_0000, 0xe3a0_0004, 0xe58d_0004, 0xe3a0_0000,
    0xe58d_0008, 0xe58d_000c, 0xe58d_0010, 0xe3a0_001f, 0xe1a0_100d, 0xe3a0_2000,
    0xe3a0_3008, 0xe3a0_70ae, 0xef00_0000, 0xe350_0000, 0x1a00_000c, 0xe59a_0008,
    0xe24d_1901, 0xe3a0_2000, 0xe3a0_3000, 0xe3a0_4000, 0xe3a0_7078, 0xef00_0000,
    0xe350_0000, 0x0a00_0004, 0xe3a0_1001, 0x4589_1020, 0x4a00_0001, 0xe589_101c,
    0xe7f0_00f0, 0xe3a0_0001, 0xf57f_f05b, 0xe589_0024, 0xf57f_f05b, 0xe599_b010,
    0xe59a_000c, 0xe15b_0000, 0x2a00_000d, 0xe289_8040, 0xe088_820b, 0xe3a0_601c,
    0xe006_069b, 0xe086_600a, 0xe5b6_7010, 0xe996_003f, 0xef00_0000, 0xe1a0_1fc0,
    0xe1c8_00f0, 0xf57f_f05b, 0xe28b_b001, 0xe589_b010, 0xeaff_ffed, 0xe3a0_0001,
    0xf57f_f05b, 0xe589_0018, 0xe3a0_0000, 0xe3a0_7001, 0xef00_0000, 0xe7f0_00f0,
    0xe591_3004, 0xe6ff_3073, 0xe283_3001, 0xe588_300c, 0xe3a0_3001, 0xf57f_f05b,
    0xe589_3014, 0xe12f_ff1e,
];

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods)] // the assembler's own output
    fn the_words_are_those_of_the_source() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let object = folder.path().join("ask.o");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe/arm/ask.s");
        let mut assembler = Command::new("arm-linux-gnueabi-as");
        match assembler.arg("-o").arg(&object).arg(source).status() {
            Ok(status) => assert!(status.success(), "ask.s does not assemble"),
            Err(missing) => return println!("SKIPPED: arm-linux-gnueabi-as: {missing}"),
        }
        let plain = folder.path().join("ask");
        let mut copy = Command::new("arm-linux-gnueabi-objcopy");
        copy.args(["-O", "binary"]).arg(&object).arg(&plain);
        assert!(copy.status().expect("objcopy").success());
        let bytes = std::fs::read(&plain).expect("plain");
        let words: Vec<u8> = WORDS.into_iter().flat_map(u32::to_le_bytes).collect();
        assert_eq!(bytes, words);
    }
}
