#!/bin/bash
set -euo pipefail

# Wait for the database where there is one.
if [ -n "${DB_HOST:-}" ]; then
  until nc -z "$DB_HOST" "${DB_PORT:-5432}"; do sleep 1; done
fi

STAGE=$(jq -r .stage config.json)
export STAGE

exec "$@"
