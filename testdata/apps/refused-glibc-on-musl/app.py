from http.server import BaseHTTPRequestHandler, HTTPServer

import solver


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(solver.solve()).encode())


HTTPServer(("", 8000), Handler).serve_forever()
