# shellcheck shell=sh
# Fails if systemd can't read the release's variables, before anything of the release is
# changed: a version of Slipway before this one took values that systemd refuses, and the
# app ran without any variable then. It refuses no printable ASCII character. The function
# of journal.sh comes before.
: "${file?}" "${check_unit?}"

plain=''
LC_ALL=C grep -q '[^ -~]' "$file" || [ $? != 1 ] || plain=yes
if [ -z "$plain" ] && ! systemd-run --quiet --wait --collect --unit="$check_unit" --property=EnvironmentFile="$file" /bin/true 2>/dev/null; then
  wrong=$(journal -n 20 -u "$check_unit" --since=-1min | sed -n 's/.*for key \([A-Za-z0-9_]*\):.*/\1/p' | head -n 1)
  echo "systemd can't read the app's variables, so the release is not started: ${wrong:-one of them} has a character that systemd refuses; set it anew with slipway env set ${wrong:-NAME}, or remove it with slipway env unset ${wrong:-NAME}"
  exit 1
fi
