#!/bin/sh
# shellcheck shell=sh
# What the entry point of redis, and that of valkey, does: options alone are the server's,
# and a server that root starts runs as its own user.
set -eu

name=redis
! command -v valkey-server >/dev/null || name=valkey

case "${1-}" in
	-* | *.conf) set -- "$name-server" "$@" ;;
esac
if [ "$1" = "$name-server" ]; then
	if [ "$(id -u)" = 0 ]; then
		find . \! -user "$name" -exec chown "$name" {} +
		exec setpriv --reuid="$name" --regid="$name" --init-groups -- "$0" "$@"
	fi
	shift
	# The official images have no protected mode: they answer their whole network. A file,
	# or - for standard input, comes before all options.
	case "${1-}" in
		'' | --*) set -- "$name-server" --protected-mode no "$@" ;;
		*)
			file=$1
			shift
			set -- "$name-server" "$file" --protected-mode no "$@"
			;;
	esac
fi
exec "$@"
