//! The asking program's instructions, as the assembler makes them of `ask.s`.

/// In the order of memory.
#[rustfmt::skip]
pub(super) const WORDS: [u32; 120] = [
    0xef00_0000, 0xe12f_ff1e, 0xe28f_ae1d, 0xe3a0_0004, 0xe3a0_1000, 0xe3a0_70ac,
    0xebff_fff8, 0xe3a0_0000, 0xe59a_1004, 0xe3a0_2003, 0xe3a0_3001, 0xe59a_4000,
    0xe3a0_5000, 0xe3a0_70c0, 0xebff_fff0, 0xe370_0a01, 0x8a00_0055, 0xe1a0_9000,
    0xe24d_d028, 0xe28f_0f53, 0xe58d_0000, 0xe3a0_0004, 0xe380_0101, 0xe58d_0004,
    0xe3a0_0000, 0xe58d_0008, 0xe58d_000c, 0xe58d_0010, 0xe58d_0014, 0xe3a0_001f,
    0xe1a0_100d, 0xe3a0_2000, 0xe3a0_3008, 0xe3a0_70ae, 0xebff_ffdc, 0xe3a0_001f,
    0xe3a0_1000, 0xe28d_2014, 0xebff_ffd8, 0xe59d_0000, 0xe59d_1014, 0xe150_0001,
    0xe3a0_0001, 0x1589_0028, 0xe59a_0008, 0xe350_0000, 0x0a00_0011, 0xe24d_1901,
    0xe3a0_2000, 0xe3a0_3000, 0xe3a0_4000, 0xe3a0_7078, 0xebff_ffca, 0xe350_0000,
    0x0a00_000b, 0x4a00_0008, 0xf57f_f05b, 0xe599_0018, 0xe599_101c, 0xe190_0001,
    0x1a00_0026, 0xe3a0_0003, 0xe3a0_1000, 0xeb00_002d, 0xeaff_ffea, 0xe3a0_0001,
    0xe589_0020, 0xe1a0_b00d, 0xe3a0_0001, 0xf57f_f05b, 0xe589_0034, 0xf57f_f05b,
    0xe599_001c, 0xe350_0000, 0x1a00_0018, 0xe599_6014, 0xe59a_000c, 0xe156_0000,
    0x2a00_0011, 0xe289_8040, 0xe088_8206, 0xe3a0_501c, 0xe006_0596, 0xe086_600a,
    0xe5b6_7010, 0xe996_003f, 0xef00_0000, 0xf57f_f05b, 0xe599_201c, 0xe352_0000,
    0x1a00_0008, 0xe1a0_1fc0, 0xe1c8_00f0, 0xe3a0_0001, 0xe3a0_1000, 0xeb00_000d,
    0xeaff_ffe5, 0xe3a0_0001, 0xe589_0018, 0xf57f_f05b, 0xe3a0_0000, 0xe3a0_7001,
    0xebff_ff98, 0xe7f0_00f0, 0xe591_1004, 0xe6ff_1071, 0xe3a0_0002, 0xe1a0_d00b,
    0xeb00_0000, 0xeaff_ffd8, 0xe599_2014, 0xe289_3040, 0xe083_3202, 0xe583_1008,
    0xf57f_f05b, 0xe5c3_000c, 0xf57f_f05b, 0xe282_2001, 0xe589_2014, 0xe12f_ff1e,
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
