# shellcheck shell=sh
# Starts a release whose units are there, and lets it take the traffic once it is
# healthy. No request is lost on the way: nginx follows a link to the release's socket,
# and the scripts after this one stop the other releases when nothing talks to them.
: "${user?}" "${unit?}" "${release?}" "${current?}" "${socket?}" "${socket_link?}" "${earlier?}" "${served?}" "${retire_unit?}"

# No more than one old release stays beside the new one.
if systemctl is-active --quiet "$retire_unit"; then
  systemctl stop "$retire_unit"
  serving=$(basename "$(readlink "$current")")
  old=$(units_of_others "$user" "$unit" | grep -v "^$user-${serving}[.-]" || :)
  # shellcheck disable=SC2086 # a list of units
  [ -z "$old" ] || systemctl stop --no-block $old
fi

start "$unit" "$socket"
relink "$socket" "$socket_link"

# A page that was loaded before goes on to find the files that only its release has.
previous=$(readlink "$current" || :)
if [ -n "$previous" ] && [ "$previous" != "$release" ]; then ln -sfnT "$previous" "$earlier"; fi

relink "$release" "$current"
# shellcheck disable=SC2154 # nginxread.sh sets it
if [ "$nginx_read" != "$(nginx_reads)" ] && systemctl is-active --quiet nginx.service; then
  nginx -q -t
  systemctl reload nginx.service
  sleep 1 # for a moment, nginx's old workers may still take requests
fi
[ -e "$served" ] || touch "$served"
