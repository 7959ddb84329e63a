from http.server import BaseHTTPRequestHandler, HTTPServer

import gi

gi.require_version("Rsvg", "2.0")
from gi.repository import Rsvg  # noqa: E402


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"rsvg {Rsvg.MAJOR_VERSION}\n".encode())


HTTPServer(("", 8000), Handler).serve_forever()
