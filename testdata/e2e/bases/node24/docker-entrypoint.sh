#!/bin/sh
# Words that are no program are for node.
command -v "$1" > /dev/null || set -- node "$@"
exec "$@"
