//! What Kubernetes reads a plain scalar of YAML as (`sigs.k8s.io/yaml`, which goes by
//! go-yaml 2): some words of YAML 1.1 in three spellings each, Go's integers, floats.

use serde_json::Number;

use super::Value;

/// The spellings of what is no text and no number.
const TRUE: [&str; 11] = [
    "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
];
const FALSE: [&str; 11] = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// Reads the text of a scalar that has neither quotes nor a tag.
pub(super) fn plain(text: &str) -> Value {
    if TRUE.contains(&text) {
        Value::Bool(true)
    } else if FALSE.contains(&text) {
        Value::Bool(false)
    } else if NULL.contains(&text) {
        Value::Null
    } else {
        number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
    }
}

/// Whether it is a spelling of an infinite number or of none, which JSON cannot say.
pub(super) fn is_non_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// A float as JSON writes it: a whole number has no fraction there, and is read as an integer.
/// `None` for what is not finite.
pub(super) fn float(value: f64) -> Option<Number> {
    let digits = value.to_string();
    let whole = digits.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| digits.parse::<u64>().map(Number::from));
    whole.ok().or_else(|| Number::from_f64(value))
}

fn number(text: &str) -> Option<Number> {
    // In a float that begins with its point they stand between digits alone.
    if text.starts_with('.') {
        let parted = |part: &str| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            digit(part.chars().next()) && digit(part.chars().next_back())
        };
        let mut parts = text.get(1..)?.split('_');
        let between = !text.contains('_') || parts.all(parted);
        return decimal(&text.replace('_', "")).filter(|_| between);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| decimal(&digits))
}

/// Go's `strconv.ParseInt` with base 0: `0x`, `0b`, `0o`, and `0` before octal digits.
fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("+", text.get(1..)?),
        _ => ("", text),
    };
    let prefix = digits.get(..2).unwrap_or_default();
    let (radix, digits) = match prefix {
        "0x" | "0X" if digits.len() > 2 => (16, digits.get(2..)?),
        "0b" | "0B" if digits.len() > 2 => (2, digits.get(2..)?),
        "0o" | "0O" if digits.len() > 2 => (8, digits.get(2..)?),
        _ if digits.starts_with('0') && digits.len() > 1 => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), radix);
    let unsigned = || u64::from_str_radix(digits, radix).map(Number::from);
    match (signed, sign) {
        (Ok(value), _) => Some(value.into()),
        (Err(_), "") => unsigned().ok(),
        _ => None,
    }
}

/// Digits with a point or an exponent; what is too large for a float stays a text.
fn decimal(text: &str) -> Option<Number> {
    let of_floats = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    let value: f64 = text.parse().ok().filter(|_| text.chars().all(of_floats))?;
    value.is_finite().then(|| float(value)).flatten()
}
