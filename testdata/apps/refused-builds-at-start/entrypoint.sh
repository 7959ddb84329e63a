#!/bin/sh
set -e
# The title is only known when the container starts.
npm run build
exec node dist/server.cjs
