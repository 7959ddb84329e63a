import http.server
import ssl


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"buoy with {ssl.OPENSSL_VERSION}\n".encode())


http.server.HTTPServer(("", 8000), Handler).serve_forever()
