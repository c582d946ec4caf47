# shellcheck shell=sh
# shellcheck disable=SC2086 # names of units and sockets have no spaces, and each is a word
# Stops the releases that ran before, once nothing talks to them. If a request takes
# longer than drain_tenths, a unit of its own waits for it, for retire_tenths at
# most. It needs others, of others.sh; idling is the text of idle.sh.
: "${socket?}" "${sockets_folder?}" "${idling?}" "${retire_unit?}" "${drain_tenths?}" "${retire_tenths?}"

old=$(others)
if [ -n "$old" ]; then
  systemctl --quiet --no-reload disable $old
  # shellcheck disable=SC2010 # the names are those of releases
  sockets=$(ls "$sockets_folder"/*.sock | grep -vFx "$socket" || :)
  eval "$idling"
  if idle "$drain_tenths" $sockets; then
    systemctl stop --no-block $old
  else
    # shellcheck disable=SC2116 # it makes one line of many
    systemd-run --quiet --collect --unit="$retire_unit" --description="requests to old releases end" /bin/sh -c "$idling
idle $retire_tenths $(echo $sockets) || :
systemctl stop --no-block $(echo $old)"
  fi
fi
