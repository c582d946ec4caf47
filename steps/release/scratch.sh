# shellcheck shell=sh
# Makes the folder scratch, which has what data.sh would keep if the release were the
# first one. The words are those of data.sh. The app's user copies: what it can't read is
# none of the app's. The functions of bounds.sh come before.
: "${source?}" "${seeds?}" "${scratch?}" "${user?}"

(
umask 027
rm -rf "$scratch"
install -d -m 750 -o "$user" -g "$user" "$scratch"
while [ $# -gt 0 ]; do
  kind=$1 path=$2 target=$scratch/${2#/} origin=$seeds/$2
  shift 2
  [ -e "$origin" ] || origin=$source/$path
  as_user "$user" mkdir -p -- "$(dirname -- "$target")"
  if [ "$kind" != file ]; then
    as_user "$user" mkdir -p -- "$target"
    case $path in /*) continue ;; esac
    inside "$source" "$origin" || inside "$seeds" "$origin" || {
      echo "$path leads to $(realpath -m -- "$origin"), outside of the app's folder: put a copy in its place"
      exit 1
    }
    as_user "$user" cp -rT -- "$origin/." "$target"
  elif [ -f "$origin" ] && [ ! -L "$origin" ] && { inside "$source" "$origin" || inside "$seeds" "$origin"; }; then
    as_user "$user" cp -T -- "$origin" "$target"
  fi
done
)
