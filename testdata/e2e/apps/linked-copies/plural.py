import http.server
import pathlib

import humanize

PAGE = pathlib.Path("index.html").read_text().strip()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{PAGE} {humanize.ordinal(3)}\n".encode())


http.server.HTTPServer(("", 8000), Handler).serve_forever()
