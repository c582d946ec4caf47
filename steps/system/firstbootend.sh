# shellcheck shell=sh
# Waits for the end of what the first boot began, if it did: $script is there then, for as
# long as the server does not reboot. Ends the shell if all packages are there, which are
# the words, and nothing is left to do for them, of which the files $late and $unpacking would tell. The
# functions of installed.sh come before.
: "${script?}" "${unit?}" "${folder?}" "${late?}" "${unpacking?}"

if [ -e "$script" ]; then
  echo "waiting for the packages that the first boot has begun to install"
  timeout 1200 systemd-run --quiet --wait --collect --property=After="$unit" true || :
  rm -f "$script"
  if [ ! -e "$late" ] && [ ! -e "$unpacking" ] && [ -z "$(dpkg --audit)" ] && are_installed "$@"; then exit 0; fi
fi
rm -rf "$folder"
