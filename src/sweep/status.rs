//! `/proc/PID/status` as a sweep reads it of every process.

use super::traits::Compared;

/// The lines of a status file that a sweep needs, `proc_pid_status(5)`.
pub(super) struct Status<'a> {
    /// Its name, as it chose it.
    pub(super) comm: &'a [u8],
    /// Its parent's id.
    pub(super) parent: u32,
    /// Its ids, from the outermost pid namespace inwards.
    pub(super) nspid: Vec<u32>,
    /// Whether it is a thread of the kernel.
    pub(super) kernel: bool,
    /// What it is compared by.
    pub(super) compared: Compared<'a>,
}

impl<'a> Status<'a> {
    /// Reads them.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        // A process chooses its name; Linux escapes line feeds in it. Lines count from
        // the first that the kernel itself writes after it.
        let own = [&b"\nUmask:\t"[..], b"\nState:\t"]
            .iter()
            .filter_map(|mark| bytes.windows(mark.len()).position(|w| w == *mark))
            .min()
            .unwrap_or(bytes.len());
        let (name, rest) = bytes.split_at_checked(own).unwrap_or((bytes, b""));
        let (mut ppid, mut own, mut ids, mut thread, mut state, mut size) = Default::default();
        let mut compared = Compared::default();
        for line in rest.split(|b| *b == b'\n') {
            let Some((key, value)) = line
                .iter()
                .position(|b| *b == b':')
                .and_then(|colon| line.split_at_checked(colon))
            else {
                continue;
            };
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            // Of a line that is there twice the last counts.
            match key {
                b"PPid" => ppid = Some(value),
                b"Pid" => own = Some(value),
                b"NSpid" => ids = Some(value),
                b"Kthread" => thread = Some(value),
                b"State" => state = Some(value),
                b"VmSize" => size = Some(value),
                key => compared.take(key, value),
            }
        }
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<u32>().ok();
        let parent = ppid.and_then(number).unwrap_or(0);
        let pid = own.and_then(number).unwrap_or(0);
        let nspid: Vec<u32> = ids
            .unwrap_or_default()
            .split(u8::is_ascii_whitespace)
            .filter_map(number)
            .collect();
        // `Kthread:` since Linux 6.8; before, what kthreadd (2) is or made, without memory.
        let kernel = match thread {
            Some(flag) => flag == b"1",
            None => {
                let zombie = state.is_some_and(|s: &[u8]| s.starts_with(b"Z"));
                let made = (pid == 2 && parent == 0) || parent == 2;
                made && nspid.len() <= 1 && !zombie && size.is_none()
            }
        };
        Self {
            comm: name.strip_prefix(b"Name:\t").unwrap_or(name),
            parent,
            nspid,
            kernel,
            compared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_forges_no_line() {
        let s = Status::parse(
            b"Name:\tx\nPPid:\t7\nUmask:\t0022\nState:\tS\nPid:\t9\nPPid:\t3\nNSpid:\t9\t1\n",
        );
        assert_eq!((s.parent, s.nspid.as_slice()), (3, &[9, 1][..]));
        assert!(!s.kernel);
    }

    #[test]
    fn kernel_threads_are_told_on_old_and_new_kernels() {
        let kernel = |text: &str| Status::parse(text.as_bytes()).kernel;
        assert!(kernel(
            "Name:\tkdevtmpfs\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t2\nNSpid:\t30\n"
        ));
        assert!(kernel(
            "Name:\tx\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t7\nKthread:\t1\n"
        ));
        assert!(!kernel(
            "Name:\tx\nUmask:\t0\nState:\tZ\nPid:\t30\nPPid:\t2\nNSpid:\t30\n"
        ));
        assert!(!kernel(
            "Name:\tx\nUmask:\t0\nState:\tS\nPid:\t30\nPPid:\t2\nVmSize:\t8 kB\n"
        ));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            Status::parse(&bytes);
        }
    }
}
