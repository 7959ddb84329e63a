#!/bin/sh
# A volume may belong to anybody.
chown -R app /data
exec gosu app "$@"
