# shellcheck shell=sh
# Keeps Debian's packages from starting databases of their own. The file cluster, if it is
# not empty, has PostgreSQL's make no data when they are installed. What others made with
# them before stays as it is, and where all of them are there nothing is written. Units are
# masked, and noted in the file masked, where there are none yet.
: "${cluster?}" "${masked?}" "${units?}"

if [ -n "$cluster" ] && ! dpkg-query -W -f='${db:Status-Status}' postgresql 2>/dev/null | grep -qx installed; then
  mkdir -p "$(dirname "$cluster")"
  printf '# Written by slipway.\ncreate_main_cluster = false\n' >"$cluster"
fi
for unit in $units; do
  if ! systemctl --quiet cat "$unit" >/dev/null 2>&1; then
    echo "$unit" >>"$masked"
    systemctl --quiet mask "$unit"
  fi
done
