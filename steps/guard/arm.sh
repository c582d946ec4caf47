# shellcheck shell=sh
# Arms the guard $token, once the old state is kept and the unit $unit is written:
# unless it is disarmed within $seconds, $folder/revert puts the old state back. An
# earlier timer ends. $facts are what is about to change.
: "${folder?}" "${unit?}" "${link?}" "${token?}" "${facts?}" "${seconds?}"

mkdir -p "${link%/*}"
ln -sfn "$unit" "$link"
printf '%s\n%s\n' "$token" "$facts" >"$folder/armed.part"
# All of it is on disk before the change begins: a power cut must find it.
find "$folder" "$unit" -type f -exec sync {} +
mv -f "$folder/armed.part" "$folder/armed"
sync "$folder"
systemctl stop 'slipway-guard-*.timer'
systemd-run --quiet --collect --unit="slipway-guard-$token" --description="slipway: put back what was not proven" \
  --on-active="${seconds}s" --timer-property=AccuracySec=100ms /bin/sh "$folder/revert" "$token"
