//! Seal answers with the SHA-256 digest of the path, as OpenSSL computes it.

use openssl::sha::sha256;
use tiny_http::{Response, Server};

fn main() {
    let server = Server::http("0.0.0.0:3030").expect("port 3030");
    for request in server.incoming_requests() {
        let digest: String = sha256(request.url()[1..].as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = request.respond(Response::from_string(digest));
    }
}
