//! Random programs and calls for the tests of `bpf`, from a seed that a failing
//! test prints.
#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // the kernel tests use the rest

use amiconfined::bpf::{Instruction, Program, SeccompData};

pub(crate) const X86_64: u32 = 0xc000_003e;
pub(crate) const I386: u32 = 0x4000_0003;
pub(crate) const S390X: u32 = 0x8000_0016;

/// How many generated programs a test tries: its own number, times
/// `AMICONFINED_BPF_FACTOR` where that is set.
pub(crate) fn count(default: u64) -> u64 {
    let factor = std::env::var("AMICONFINED_BPF_FACTOR")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    default * factor.unwrap_or(1)
}

/// splitmix64.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn word(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A 32-bit number that programs and calls share often enough to meet.
    pub(crate) fn interesting_word(&mut self) -> u32 {
        const WORDS: &[u32] = &[
            0,
            1,
            2,
            3,
            4,
            5,
            7,
            8,
            16,
            0x80,
            0xff,
            0x100,
            0xffff,
            0x1_0000,
            0x10000000,
            0x7e02_0000,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_fffe,
            0xffff_ffff,
        ];
        match self.below(8) {
            0 => self.word(),
            1 => 1 << self.below(32),
            _ => self.pick(WORDS),
        }
    }

    pub(crate) fn interesting(&mut self) -> u64 {
        u64::from(self.interesting_word()) << 32 | u64::from(self.interesting_word())
    }

    pub(crate) fn data(&mut self, arch: u32, nr: u32) -> SeccompData {
        SeccompData {
            nr,
            arch,
            instruction_pointer: self.interesting(),
            args: std::array::from_fn(|_| {
                if self.below(3) == 0 {
                    u64::from(self.interesting_word())
                } else {
                    self.interesting()
                }
            }),
        }
    }
}

/// What generated programs return: everything that a kernel tells apart, the
/// unknown, and data above the greatest errno.
const RETURNS: &[u32] = &[
    0x8000_0000,
    0x0000_0000,
    0x0000_0007,
    0x0003_0000,
    0x0003_0011,
    0x0005_0000,
    0x0005_0001,
    0x0005_000d,
    0x0005_0026,
    0x0005_ffff,
    0x7fc0_0000,
    0x7ff0_0003,
    0x7ffc_0000,
    0x7fff_0000,
    0x7fff_0001,
    0x0004_0000,
    0x1234_5678,
    0x9000_0001,
];

/// How a program is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Loads, masks, shifts by constants, and tests, as real filters have them.
    Plain,
    /// Every opcode.
    Wild,
}

/// A program that passes the check.
pub(crate) fn program(random: &mut Random, style: Style) -> Program {
    loop {
        let len = 2 + random.below(40);
        let instructions = (0..len)
            .map(|index| instruction(random, style, len - index - 1))
            .collect();
        if let Ok(program) = Program::check(instructions) {
            return program;
        }
    }
}

fn instruction(random: &mut Random, style: Style, behind: u64) -> Instruction {
    let make = |code, k| Instruction {
        code,
        jt: 0,
        jf: 0,
        k,
    };
    if behind == 0 || random.below(12) == 0 {
        return make(0x06, random.pick(RETURNS));
    }
    let kind = match style {
        Style::Plain => random.below(10),
        Style::Wild => random.below(16),
    };
    match kind {
        0..3 => make(
            0x20,
            random.pick(&[0, 4, 8, 12, 16, 16, 16, 20, 20, 24, 24, 28, 32, 36, 60]),
        ),
        3 => make(0x54, random.interesting_word()),
        4 => make(random.pick(&[0x64, 0x74]), random.below(32) as u32),
        5..12 => {
            let index = u16::from(style == Style::Wild && random.below(4) == 0) * 8;
            let near = behind.min(if random.below(4) == 0 { 256 } else { 6 });
            Instruction {
                code: random.pick(&[0x15, 0x15, 0x25, 0x35, 0x45]) + index,
                jt: random.below(near) as u8,
                jf: random.below(near) as u8,
                k: random.interesting_word(),
            }
        }
        12 => make(
            random.pick(&[0x07, 0x87, 0x84, 0x80, 0x81, 0x00, 0x01]),
            random.interesting_word(),
        ),
        13 => make(
            random.pick(&[0x02, 0x03, 0x60, 0x61]),
            random.below(3) as u32,
        ),
        14 => make(
            random.pick(&[0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0xa4]) + random.pick(&[0, 8]),
            random.interesting_word(),
        ),
        _ => match random.below(8) {
            0 => make(0x16, 0),
            1 => make(0x05, random.below(behind.min(8)) as u32),
            2 => make(random.pick(&[0x6c, 0x7c]), 0),
            _ => make(0x20, random.below(16) as u32 * 4),
        },
    }
}
/// Instructions that mostly do not pass: a good program with a few fields
/// changed.
pub(crate) fn mutated(random: &mut Random) -> Vec<Instruction> {
    let mut instructions = program(random, Style::Wild).instructions().to_vec();
    for _ in 0..random.below(3) {
        let last = instructions.len() as u64;
        let behind = random.below(last + 3) as u32;
        let at = random.below(last) as usize;
        let changed = &mut instructions[at];
        match random.below(6) {
            0 => changed.code = random.below(0x100) as u16,
            1 => changed.code = random.word() as u16,
            2 => changed.k = random.interesting_word(),
            3 => changed.k = behind,
            4 => changed.jt = behind as u8,
            _ => changed.jf = behind as u8,
        }
    }
    if random.below(16) == 0 {
        instructions.pop();
    }
    instructions
}
