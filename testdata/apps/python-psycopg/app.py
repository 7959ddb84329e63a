import psycopg2
from psycopg2.extensions import quote_ident  # noqa: F401 (needs the compiled module)
from waitress import serve

linked = psycopg2.extensions.libpq_version() // 10000


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"libpq {linked}, psycopg2 {psycopg2.__version__.split()[0]}\n".encode()]


serve(application, listen="*:5000")
