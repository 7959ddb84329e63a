//! Menu serves the dishes of a file, which it reads at every request.

use tiny_http::{Response, Server};

fn main() {
    let server = Server::http("0.0.0.0:8000").expect("port 8000");
    for request in server.incoming_requests() {
        let response = match std::fs::read_to_string("assets/dishes.txt") {
            Ok(dishes) => Response::from_string(format!("today: {}", dishes.trim().replace('\n', ", "))),
            Err(error) => Response::from_string(error.to_string()).with_status_code(500),
        };
        let _ = request.respond(response);
    }
}
