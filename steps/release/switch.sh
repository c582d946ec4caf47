# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # scripts beside it set and use them
# Starts a release whose units are there, and lets it take the traffic once it is
# healthy. No request is lost on the way: nginx follows a link to the release's socket,
# and the scripts after this one stop the other releases when nothing talks to them.
#
# The process $draining waits until no new request goes to them any more: until they
# have no connection, or for $drain hundredths of a second: nginx uses none again after
# $last_new. It fails if requests are under way then. How long that was after the new release
# was healthy is in the file handover; it is empty if no other release had the traffic.
: "${user?}" "${unit?}" "${release?}" "${current?}" "${socket?}" "${sockets?}" "${socket_link?}" "${earlier?}" "${served?}"
: "${retire_unit?}" "${last_requests?}" "${drain?}" "${last_new?}" "${handover?}"

others=''
for file in "$sockets"/*.sock; do
  [ "$file" = "$socket" ] || others="$others $file"
done

# No more than one old release stays beside the new one.
if [ -e "/run/systemd/transient/$retire_unit" ] && systemctl is-active --quiet "$retire_unit"; then
  systemctl stop "$retire_unit"
  serving=$(basename "$(readlink "$current")")
  old=$(units_of_others "$user" "$unit" | grep -v "^$user-${serving}[.-]" || :)
  older=''
  for file in $others; do
    [ "$file" = "$sockets/$serving.sock" ] || older="$older $file"
  done
  # shellcheck disable=SC2086 # lists of sockets and units
  if [ -n "$old" ]; then
    idle "$last_requests" $older || :
    systemctl stop --no-block $old
  fi
fi

start "$unit" "$socket"
clock
healthy=$moment
relink "$socket" "$socket_link"

# A page that was loaded before goes on to find the files that only its release has.
previous=$(readlink "$current" || :)
[ "$previous" != "$release" ] || previous=''
[ -z "$previous" ] || ln -sfnT "$previous" "$earlier"

relink "$release" "$current"
clock
switched=$moment
[ -e "$served" ] || : >"$served"
(
  gone=yes
  # shellcheck disable=SC2086 # a list of sockets
  idle "$drain" $others || gone=''
  clock
  [ -n "$gone" ] || moment=$((switched + last_new))
  : >"$handover"
  [ -z "$previous" ] || printf '%d.%02d\n' "$(((moment - healthy) / 100))" "$(((moment - healthy) % 100))" >"$handover"
  [ -n "$gone" ]
) &
draining=$!
if [ "$nginx_read" != "$(nginx_reads)" ] && systemctl is-active --quiet nginx.service; then
  nginx -q -t
  reload_nginx
fi
