#!/bin/sh
# shellcheck shell=sh
# What the entry point of redis does: options alone are the server's, and a server that
# root starts runs as redis.
set -eu
case "${1-}" in
	-* | *.conf) set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
	if [ "$(id -u)" = 0 ]; then
		find . \! -user redis -exec chown redis {} +
		exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
	fi
	shift
	# Published images have no protected mode: they listen to their network.
	set -- redis-server --protected-mode no "$@"
fi
exec "$@"
