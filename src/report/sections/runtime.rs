//! Runtime, sandbox, and the credentials they mounted.

use crate::confinement::{Credentials, Runtime};
use crate::report::page::Section;
use crate::report::show;

pub(super) fn section(runtime: &Runtime) -> Section {
    let mut s = Section::new("Runtime");
    s.add(
        "runtime",
        "sandbox",
        show::claim(&runtime.sandbox, show::word),
    );
    s.add(
        "runtime",
        "manager",
        show::claim(&runtime.manager, show::word),
    );
    s.add(
        "runtime",
        "container id",
        show::reading(&runtime.container_id, ToString::to_string),
    );
    s.add(
        "runtime",
        "Kubernetes",
        show::claim(&runtime.kubernetes, |yes| {
            if *yes { "yes" } else { "no" }.to_owned()
        }),
    );
    for (label, reading) in [
        ("pod", &runtime.pod_name),
        ("pod namespace", &runtime.pod_namespace),
        ("pod uid", &runtime.pod_uid),
    ] {
        s.add(
            "runtime",
            label,
            show::reading(reading, ToString::to_string),
        );
    }
    s
}

pub(super) fn credentials(credentials: &Credentials) -> Section {
    let mut s = Section::new("Service-account tokens");
    let Some(tokens) = credentials.service_account_tokens.known() else {
        s.add(
            "credentials",
            "tokens",
            show::reading(&credentials.service_account_tokens, |_| String::new()),
        );
        return s;
    };
    if tokens.is_empty() {
        s.plain("credentials", "tokens", "none");
    }
    for token in tokens {
        s.plain("credentials", "token", token.path.to_string());
        s.add(
            "credentials",
            "  audiences",
            show::reading(&token.audiences, |a| show::list(a, ", ")),
        );
        s.add(
            "credentials",
            "  expires",
            show::reading(&token.expires_unix_seconds, |at| match at {
                Some(at) => jiff::Timestamp::from_second(*at)
                    .map_or_else(|_| format!("{at} s since 1970"), |t| t.to_string()),
                None => "never".to_owned(),
            }),
        );
        s.add(
            "credentials",
            "  namespace",
            show::reading(&token.namespace, ToString::to_string),
        );
        s.add(
            "credentials",
            "  service account",
            show::reading(&token.service_account, ToString::to_string),
        );
    }
    s
}
