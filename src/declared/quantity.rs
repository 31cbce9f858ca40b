//! Kubernetes' quantities: `500m`, `64Mi`, `1e3`.

/// What a quantity is written as, for errors.
pub(super) const EXPECTED: &str = "a quantity, such as 500m or 64Mi";

/// Zeros that are as good as any number of them: a quantity is capped at 2⁶³ − 1.
const MOST_ZEROS: u32 = 20;
/// Digits of a number, and of a fraction, that are looked at.
const MOST_DIGITS: usize = 20;
/// The greatest quantity, in thousandths.
const GREATEST: u128 = i64::MAX as u128 * 1000;

/// Whether the API server takes a text as a quantity (`apimachinery/pkg/api/resource`): a sign,
/// digits with a point, a suffix. What has no digit is 0 there.
pub(super) fn is_quantity(text: &str) -> bool {
    parts(text).is_some()
}

/// A quantity in thousandths, rounded up; `None` for what is none, and for less than nothing.
pub(super) fn thousandths(text: &str) -> Option<u128> {
    let (negative, digits, scale, (multiplier, divisor)) = parts(text)?;
    if digits == 0 {
        return Some(0);
    }
    if negative {
        return None;
    }
    let product = digits
        .checked_mul(1000)
        .and_then(|n| n.checked_mul(multiplier));
    let below = 10u128.checked_pow(scale)?.checked_mul(divisor)?;
    Some(product.map_or(GREATEST, |n| n.div_ceil(below).min(GREATEST)))
}

/// Whether it is negative, its digits, how many of those are behind the point, and its factor.
fn parts(text: &str) -> Option<(bool, u128, u32, (u128, u128))> {
    // The server trims what stands in quotes.
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit());
    let (whole, rest) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let fraction = rest.strip_prefix('.').unwrap_or_default();
    let end = fraction.find(|c: char| !c.is_ascii_digit());
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(_) => fraction.split_at(end.unwrap_or(fraction.len())),
        None => ("", rest),
    };
    let factor = factor(suffix)?;
    let whole = whole.trim_start_matches('0');
    if whole.len() > MOST_DIGITS {
        return Some((text.starts_with('-'), GREATEST, 0, (1, 1)));
    }
    // Finer than a billionth of a thousandth nothing is told.
    let fraction: String = fraction.chars().take(MOST_DIGITS - 8).collect();
    let digits: u128 = format!("0{whole}{fraction}").parse().ok()?;
    let scale = u32::try_from(fraction.len()).ok()?;
    Some((text.starts_with('-'), digits, scale, factor))
}

/// What a suffix multiplies and divides by.
fn factor(suffix: &str) -> Option<(u128, u128)> {
    let ten = |n: u32| 10u128.pow(n);
    let two = |n: u32| 2u128.pow(n);
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, ten(9)),
        "u" => (1, ten(6)),
        "m" => (1, ten(3)),
        "k" => (ten(3), 1),
        "M" => (ten(6), 1),
        "G" => (ten(9), 1),
        "T" => (ten(12), 1),
        "P" => (ten(15), 1),
        "E" => (ten(18), 1),
        "Ki" => (two(10), 1),
        "Mi" => (two(20), 1),
        "Gi" => (two(30), 1),
        "Ti" => (two(40), 1),
        "Pi" => (two(50), 1),
        "Ei" => (two(60), 1),
        exponent => {
            let power: i64 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let zeros = u32::try_from(power.unsigned_abs()).unwrap_or(MOST_ZEROS);
            let size = ten(zeros.min(MOST_ZEROS));
            if power < 0 { (1, size) } else { (size, 1) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{is_quantity, thousandths};

    /// What `resource.ParseQuantity` says of each.
    #[test]
    fn reads_what_kubernetes_reads() {
        for (text, milli) in [
            ("500m", 500),
            ("1", 1000),
            ("0.5", 500),
            (".5", 500),
            ("5.", 5000),
            ("64Mi", 67_108_864_000),
            ("1e3", 1_000_000),
            ("1E3", 1_000_000),
            ("1e+3", 1_000_000),
            ("1e-3", 1),
            ("1.5Gi", 1_610_612_736_000),
            ("100k", 100_000_000),
            ("1.5m", 2),
            ("0.0001", 1),
            ("1n", 1),
            ("1u", 1),
            ("000", 0),
            ("-", 0),
            ("+", 0),
            (".", 0),
            ("Mi", 0),
            ("-0", 0),
            ("1E", 1_000_000_000_000_000_000_000),
            ("16Ei", super::GREATEST),
            ("1e30", super::GREATEST),
            ("1e99999999999", super::GREATEST),
            ("100000000000000000000", super::GREATEST),
            ("123456789012345678901234567890", super::GREATEST),
        ] {
            assert_eq!(thousandths(text), Some(milli), "{text}");
        }
        for text in [
            "", " ", "1x", "1e", "1K", "1i", "1mm", "1Mi3", "1e3.5", "5e-", "+-1", "1.1.1",
            "1_000", "0x10", "1 Mi", "1,5", "cpu", "-3.01i", "1.1.M", "1+1.0M", "0.1mi", "e",
        ] {
            assert!(!is_quantity(text), "{text}");
            assert_eq!(thousandths(text), None, "{text}");
        }
        // A quantity, and none that limits anything.
        assert!(is_quantity("-1"));
        assert_eq!(thousandths("-1"), None);
    }
}
