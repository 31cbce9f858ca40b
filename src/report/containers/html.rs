//! A page for a browser: nothing to load, nothing that runs, everything escaped.

use std::io::Write;

use super::{Column, Row};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>amiconfined</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 1em 1.5em; color: #222; background: #fff }
h1, p { position: sticky; left: 1.5rem; max-width: calc(100vw - 4rem) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25em .8em; border-bottom: 1px solid #ddd; vertical-align: top; white-space: nowrap }
td.long { white-space: normal; min-width: 32ch; max-width: 32ch; overflow-wrap: anywhere }
th { position: sticky; top: 0; background: #f4f4f4; box-shadow: 0 1px #ddd }
tbody tr:hover { background: #f8f8f8 }
tr.high td:first-child { border-left: 4px solid #c00 }
tr.medium td:first-child { border-left: 4px solid #d80 }
tr.low td:first-child { border-left: 4px solid #aaa }
</style>
</head>
<body>
";

/// The most characters of a cell that stay on one line.
const UNBROKEN: usize = 32;

/// Writes the rows as one page, in the order given; `title` says of what and when.
///
/// # Errors
///
/// What writing gives.
pub fn html(
    out: &mut dyn Write,
    rows: &[Row],
    columns: &[Column],
    title: &str,
) -> std::io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let high = rows.iter().filter(|row| row.levels[0] > 0).count();
    let drifts = rows.iter().filter(|row| row.drifts > 0).count();
    let half = rows.iter().filter(|row| !row.whole).count();
    writeln!(
        out,
        "<h1>Confinement</h1>\n<p>{}</p>\n<p>{} containers; in {high} something of level high \
         stands out, {drifts} are not as declared or told, {half} could not be seen whole.</p>",
        escaped(title),
        rows.len()
    )?;
    out.write_all(b"<table>\n<thead><tr>")?;
    for column in columns {
        write!(out, "<th scope=\"col\">{column}</th>")?;
    }
    out.write_all(b"</tr></thead>\n<tbody>\n")?;
    for row in rows {
        let level = match row.levels {
            [high, _, _] if high > 0 => "high",
            [_, medium, _] if medium > 0 => "medium",
            _ => "low",
        };
        write!(out, "<tr class=\"{level}\">")?;
        for column in columns {
            let cell = row.cell(*column);
            let class = if cell.chars().count() > UNBROKEN {
                " class=\"long\""
            } else {
                ""
            };
            write!(out, "<td{class}>{}</td>", escaped(cell))?;
        }
        out.write_all(b"</tr>\n")?;
    }
    out.write_all(b"</tbody>\n</table>\n</body>\n</html>\n")
}

/// Text that means nothing to HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
