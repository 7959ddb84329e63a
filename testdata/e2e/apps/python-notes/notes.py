import http.server
import os
import pathlib
import signal
import sys

NOTES = pathlib.Path(os.environ["NOTES"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        lines = NOTES.read_text().splitlines() if NOTES.exists() else []
        self.answer(200, f"{len(lines)} notes\n")

    def do_POST(self):
        try:
            with NOTES.open("a") as notes:
                notes.write("remember this\n")
        except OSError as error:
            self.answer(500, f"{error}\n")
        else:
            self.answer(201, "noted\n")

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("", 8000), Handler).serve_forever()
