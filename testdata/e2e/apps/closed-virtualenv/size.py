import http.server

import humanize


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"that is {humanize.naturalsize(1_000_000)}\n".encode())


http.server.HTTPServer(("", 8000), Handler).serve_forever()
