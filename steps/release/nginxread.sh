# shellcheck shell=sh
# A function that prints what nginx reads of a release, and what it printed before any
# file of the release changed.
: "${current?}"

# nginx_reads: prints the files of the current release that are a part of nginx's
# configuration.
nginx_reads() {
  cat "$current/static.conf" "$current/limits.conf" 2>/dev/null || :
}

nginx_read=${nginx_read-$(nginx_reads)}
