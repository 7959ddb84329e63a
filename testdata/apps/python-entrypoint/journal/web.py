import sqlite3

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def index(request):
    with sqlite3.connect("/app/state/journal.db") as database:
        (note,) = database.execute("SELECT text FROM notes").fetchone()
    return PlainTextResponse(note)


app = Starlette(routes=[Route("/", index)])
