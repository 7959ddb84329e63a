import http.server
import pathlib

import humanize

BOOK = pathlib.Path("guestbook.txt")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        names = BOOK.read_text().split() if BOOK.exists() else []
        self.answer(200, f"the guestbook has {humanize.apnumber(len(names))} names\n")

    def do_POST(self):
        try:
            with BOOK.open("a") as book:
                book.write("somebody\n")
        except OSError as error:
            self.answer(500, f"{error}\n")
        else:
            self.answer(201, "thank you\n")

    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


http.server.HTTPServer(("", 8000), Handler).serve_forever()
