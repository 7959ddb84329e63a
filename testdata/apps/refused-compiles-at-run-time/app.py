"""Formulas are compiled to machine code when the program starts."""
from http.server import BaseHTTPRequestHandler, HTTPServer

import cffi

ffi = cffi.FFI()
ffi.cdef("int formula(int x);")
compiled = ffi.verify("int formula(int x) { return x * x + 1; }", tmpdir="/tmp/formulas")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{compiled.formula(6)}\n".encode())


HTTPServer(("", 8000), Handler).serve_forever()
