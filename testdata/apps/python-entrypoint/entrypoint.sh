#!/bin/sh
set -e

python -m journal migrate

case "$1" in
  serve) exec uvicorn journal.web:app --host 0.0.0.0 --port 8000 ;;
  *) exec "$@" ;;
esac
