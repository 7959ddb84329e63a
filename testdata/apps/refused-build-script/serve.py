import ctypes
from http.server import BaseHTTPRequestHandler, HTTPServer

codec = ctypes.CDLL("librot.so")
text = ctypes.create_string_buffer(b"uneobhe")
codec.rot(text)
settings = open("/etc/work/settings").read().strip()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{text.value.decode()} {settings}\n".encode())


HTTPServer(("", 8000), Handler).serve_forever()
