# shellcheck shell=sh
# Begins to install the packages at a new server's first boot. $lists has a line for each
# kind of server, "ID VERSION CONTAINER: NAME…"; on another one nothing is done. As
# long as something of the cloud's own may need apt, it takes no lock: lists and archives are
# in the folder $folder. What it prints goes to $log. The functions of apt.sh come before, and
# before_install, which prepares for what packages do by themselves.
: "${lists?}" "${folder?}" "${log?}"

set -eu
(umask 077 && mkdir -p "${log%/*}")
exec >"$log" 2>&1 </dev/null
# shellcheck source=/dev/null
. /etc/os-release
container=no
if systemd-detect-virt --quiet --container; then container=yes; fi
# shellcheck disable=SC2046 # a word for each package
set -- $(printf '%s\n' "$lists" | sed -n "s/^$ID $VERSION_ID $container: //p")
if [ $# = 0 ] || are_installed "$@"; then exit 0; fi

trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/lists/partial" "$folder/archives/partial"
printf 'Dir::State::Lists "%s/lists";\nDir::Cache "%s";\n' "$folder" "$folder" >"$folder/apt.conf"
export APT_CONFIG="$folder/apt.conf"
apt_update

# Scripts of the cloud's own run at the end of the first boot, and some give up where apt's
# lock is held: they come first, and meanwhile the packages are fetched.
if [ -n "$(find /var/lib/cloud/instance/vendor-data.txt /var/lib/cloud/instance/vendor-data2.txt /var/lib/cloud/scripts \
  ! -type d -size +0 -print -quit 2>/dev/null)" ]; then
  apt_install --download-only -o Debug::NoLocking=true "$@"
  systemd-run --quiet --wait --collect --property=After=cloud-final.service true
fi
before_install
apt_install "$@"
# Who installs something by hand finds the lists where they belong.
find "$folder/lists" -maxdepth 1 -type f ! -name lock -exec mv -f -t /var/lib/apt/lists -- '{}' +
