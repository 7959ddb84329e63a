import sqlite3
import sys

if sys.argv[1:] == ["migrate"]:
    with sqlite3.connect("/app/state/journal.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        database.execute("DELETE FROM notes")
        database.execute("INSERT INTO notes VALUES ('first note')")
