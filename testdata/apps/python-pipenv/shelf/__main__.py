import os
from pathlib import Path

import bottle
import yaml

books = yaml.safe_load((Path(__file__).parent / "books.yaml").read_text())


@bottle.get("/")
def index():
    return f"on the shelf: {', '.join(sorted(books))}; libyaml: {yaml.__with_libyaml__}\n"


bottle.run(host="0.0.0.0", port=int(os.environ["PORT"]))
