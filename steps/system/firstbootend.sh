# shellcheck shell=sh
# Waits for the end of what the first boot began, if it did: $script is there then, for as
# long as the server does not reboot. Ends the shell if all packages are there, which are
# the words, and nothing is left to do for them, of which the files $late and $unpacking would
# tell. Meanwhile it prints what that prints, which is in the file $log. The
# functions of installed.sh come before.
: "${script?}" "${unit?}" "${folder?}" "${log?}" "${late?}" "${unpacking?}"

if [ -e "$script" ]; then
  echo "waiting for the packages that the first boot has begun to install"
  follower=''
  if [ -e "$log" ]; then
    tail -n +1 -s 0.1 -f "$log" &
    follower=$!
  fi
  timeout 1200 systemd-run --quiet --wait --collect --property=After="$unit" true || :
  [ -z "$follower" ] || kill "$follower"
  rm -f "$script"
  if [ ! -e "$late" ] && [ ! -e "$unpacking" ] && [ -z "$(dpkg --audit)" ] && are_installed "$@"; then exit 0; fi
fi
rm -rf "$folder"
