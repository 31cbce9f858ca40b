//! Kubernetes' quantities: `500m`, `64Mi`, `1e3`.

/// A quantity in thousandths, rounded up; `None` for what is none.
///
/// Suffixes as `apimachinery/pkg/api/resource` has them.
pub(super) fn thousandths(text: &str) -> Option<u128> {
    let text = text.trim().strip_prefix('+').unwrap_or(text.trim());
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || whole.len() > 18 || fraction.len() > 9 {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let (multiplier, divisor) = factor(suffix)?;
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = digits.checked_mul(multiplier)?.checked_mul(1000)?;
    Some(product.div_ceil(scale.checked_mul(divisor)?))
}

/// What a suffix multiplies and divides by.
fn factor(suffix: &str) -> Option<(u128, u128)> {
    let ten = |n: u32| 10u128.checked_pow(n);
    let two = |n: u32| 2u128.checked_pow(n);
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, ten(9)?),
        "u" => (1, ten(6)?),
        "m" => (1, ten(3)?),
        "k" => (ten(3)?, 1),
        "M" => (ten(6)?, 1),
        "G" => (ten(9)?, 1),
        "T" => (ten(12)?, 1),
        "P" => (ten(15)?, 1),
        "E" => (ten(18)?, 1),
        "Ki" => (two(10)?, 1),
        "Mi" => (two(20)?, 1),
        "Gi" => (two(30)?, 1),
        "Ti" => (two(40)?, 1),
        "Pi" => (two(50)?, 1),
        "Ei" => (two(60)?, 1),
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let size = ten(power.unsigned_abs().min(18))?;
            if power < 0 { (1, size) } else { (size, 1) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn reads_what_kubernetes_reads() {
        for (text, milli) in [
            ("500m", 500),
            ("1", 1000),
            ("0.5", 500),
            ("64Mi", 67_108_864_000),
            ("1e3", 1_000_000),
            ("1.5Gi", 1_610_612_736_000),
            ("100k", 100_000_000),
        ] {
            assert_eq!(thousandths(text), Some(milli), "{text}");
        }
        for text in ["", "Mi", "1x", "-1", "1e"] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
