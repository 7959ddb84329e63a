#!/bin/bash
# What matters of the image's own: as root it makes the directories private to the
# account and becomes it; as another user it takes them as they are.
set -Eeo pipefail
if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA"
	chmod 0700 "$PGDATA" || :
	find "$PGDATA" ! -user postgres -exec chown postgres '{}' +
	find /var/run/postgresql ! -user postgres -exec chown postgres '{}' +
	exec gosu postgres "$0" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
	mkdir -p "$PGDATA"
	chmod 0700 "$PGDATA" || :
	if [ -n "$POSTGRES_PASSWORD_FILE" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi
	: "${POSTGRES_PASSWORD:?no password for the superuser}"
	initdb --username=postgres --auth-local=trust --auth-host=scram-sha-256 --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "$PGDATA"
fi
exec "$@"
