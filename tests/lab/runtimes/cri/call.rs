//! gRPC over curl, which speaks HTTP/2 on a unix socket.

use std::path::Path;
use std::process::{Command, Stdio};

use prost::Message;

/// The bytes before a message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// Calls one method of the runtime service. The error is the server's own.
pub(super) fn call<A: Message + Default>(
    socket: &Path,
    method: &str,
    request: &impl Message,
) -> Result<A, String> {
    let body = request.encode_to_vec();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let framed = [&[0], length.as_slice(), &body].concat();
    let sent = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(sent.path(), framed).unwrap();
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--http2-prior-knowledge",
            "--max-time",
            "60",
        ])
        .arg("--unix-socket")
        .arg(socket)
        .args(["-H", "content-type: application/grpc", "-H", "te: trailers"])
        .args(["-D", "/dev/stderr", "--data-binary"])
        .arg(format!("@{}", sent.path().display()))
        .arg(format!("http://cri/runtime.v1.RuntimeService/{method}"))
        .stdin(Stdio::null())
        .output()
        .map_err(|e| e.to_string())?;
    let message = output.stdout.get(PREFIX_BYTES..);
    match message.map(A::decode) {
        Some(Ok(answer)) => Ok(answer),
        _ => Err(format!(
            "{method}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
