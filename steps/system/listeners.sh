# shellcheck shell=sh
# Prints each port at which a program listens, as "listener" and what listening prints,
# "published" and what published prints, and "bridge" with a name and an address for each
# of the server's own addresses on a bridge. It looks only at a server that was there
# before ($existing is "yes") and that has no $owner, the mark of a deployment: what is
# found later was closed all along. sockets.sh comes before it.
: "${owner?}" "${existing?}"

if [ -e "$owner" ] || [ "$existing" != yes ]; then exit 0; fi

found=$(listening)
# A client has a UDP port for as long as it waits for an answer, but none below 1024.
if printf '%s\n' "$found" | awk '$1 == "udp" && $3 >= 1024 { found = 1 } END { exit !found }'; then
  sleep 1
  found=$(printf '%s\n' "$found" | grep -xF "$(listening)")
fi
printf '%s\n' "$found" | sed 's/^/listener /'
published | sed 's/^/published /'
for bridge in /sys/class/net/*/bridge; do
  [ -d "$bridge" ] || continue
  name=${bridge%/bridge}
  ip -o address show dev "${name##*/}" | awk '{ sub("/.*", "", $4); print "bridge", $2, $4 }'
done
