#!/bin/sh
# The real one runs the scripts of a folder first.
exec "$@"
