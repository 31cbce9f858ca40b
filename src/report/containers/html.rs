//! A page for a browser: nothing to load, nothing that runs, everything escaped.

use std::fmt::Write as _;

use super::{Column, Row};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>amiconfined</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25em .8em; border-bottom: 1px solid #ddd; vertical-align: top; overflow-wrap: anywhere }
th { position: sticky; top: 0; background: #f4f4f4; white-space: nowrap }
tr.high td:first-child { border-left: 4px solid #c00 }
tr.medium td:first-child { border-left: 4px solid #d80 }
tr.low td:first-child { border-left: 4px solid #aaa }
</style>
</head>
<body>
";

/// The rows as one page, in the order given; `title` says of what and when.
#[must_use]
pub fn html(rows: &[Row], columns: &[Column], title: &str) -> String {
    let mut out = HEAD.to_owned();
    let high = rows.iter().filter(|row| row.levels[0] > 0).count();
    let drifts = rows.iter().filter(|row| row.drifts > 0).count();
    let half = rows.iter().filter(|row| !row.whole).count();
    let _ = writeln!(
        out,
        "<h1>Confinement</h1>\n<p>{}</p>\n<p>{} containers; in {high} something of level high \
         stands out, {drifts} are not as declared or told, {half} could not be seen whole.</p>",
        escaped(title),
        rows.len()
    );
    out.push_str("<table>\n<thead><tr>");
    for column in columns {
        let _ = write!(out, "<th>{column}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        let level = match row.levels {
            [high, _, _] if high > 0 => "high",
            [_, medium, _] if medium > 0 => "medium",
            _ => "low",
        };
        let _ = write!(out, "<tr class=\"{level}\">");
        for column in columns {
            let _ = write!(out, "<td>{}</td>", escaped(row.cell(*column)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</body>\n</html>\n");
    out
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
