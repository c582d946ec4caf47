# shellcheck shell=sh
# Makes the folder scratch, which has what data.sh would keep if the release were the
# first one. The words are those of data.sh.
: "${source?}" "${seeds?}" "${scratch?}" "${user?}"

(
umask 027
rm -rf "$scratch"
mkdir "$scratch"
while [ $# -gt 0 ]; do
  kind=$1 path=$2 target=$scratch/${2#/} origin=$seeds/$2
  shift 2
  [ -e "$origin" ] || origin=$source/$path
  mkdir -p "$(dirname "$target")"
  if [ "$kind" != file ]; then
    mkdir -p "$target"
    case $path in /*) ;; *) cp -rT "$origin" "$target";; esac
  elif [ -f "$origin" ] && [ ! -L "$origin" ]; then
    cp -T "$origin" "$target"
  fi
done
chown -R "$user:$user" "$scratch"
)
