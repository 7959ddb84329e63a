import waitress


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"small already\n"]


waitress.serve(application, listen="*:8000")
