# shellcheck shell=sh
# Keeps in $file, once, what the server does before slipway first changes it: which
# units start and run ($units), the kernel's settings ($keys), the modes of files
# ($paths), the options of mounts ($mounts), and which profiles PAM has. A server with the
# mark $owner was changed before.
: "${file?}" "${owner?}" "${units?}" "${keys?}" "${paths?}" "${mounts?}"

if [ ! -e "$file" ] && [ ! -e "$owner" ]; then
  install -d -m 700 "${file%/*}"
  {
    for unit in $units; do
      enabled=$(systemctl is-enabled "$unit" 2>/dev/null)
      echo "unit $unit $(systemctl is-active "$unit") ${enabled:-not-found}"
    done
    for key in $keys; do
      ! value=$(cat "/proc/sys/$key" 2>/dev/null) || echo "sysctl $key $value"
    done
    for path in $paths; do
      [ ! -e "$path" ] || stat -c 'mode %a %u:%g %n' "$path"
    done
    for profile in /usr/share/pam-configs/*; do
      echo "pam ${profile##*/}"
    done
    for where in $mounts; do
      sed -n "s,^[^ ]* $where [^ ]* \([^ ]*\) .*,mount $where \1,p" /proc/self/mounts
    done
  } >"$file.part" || :
  mv -f "$file.part" "$file"
fi
