#!/bin/bash
set -eo pipefail
data=/var/lib/mysql
if [ "$1" = mariadbd ] && [ "$(id -u)" = 0 ]; then
	find "$data" /run/mysqld ! -user mysql -exec chown mysql: '{}' +
	exec gosu mysql "$0" "$@"
fi
if [ "$1" = mariadbd ] && [ ! -d "$data/mysql" ]; then
	if [ -n "$MARIADB_ROOT_PASSWORD_FILE" ]; then MARIADB_ROOT_PASSWORD=$(cat "$MARIADB_ROOT_PASSWORD_FILE"); fi
	: "${MARIADB_ROOT_PASSWORD:?no password for root}"
	mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db
	printf "ALTER USER root@localhost IDENTIFIED BY '%s';\n" "$MARIADB_ROOT_PASSWORD" > /tmp/first.sql
	exec "$@" --init-file=/tmp/first.sql
fi
exec "$@"
