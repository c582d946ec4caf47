# shellcheck shell=sh
# Brings back what $file says that the server did before. Its words are pairs: a setting
# of the kernel as a path below /proc/sys, and a value that slipway gives it; a setting
# that has another value now is somebody else's. $profiles are those of PAM that came
# with packages. It prints what stays as it is.
: "${file?}" "${profiles?}"

# enablement brings back whether the unit $1 starts at boot, as $2 says.
enablement() {
  now=$(systemctl is-enabled "$1" 2>/dev/null)
  [ "$now" != "$2" ] || return 0
  [ "$now" != masked ] || systemctl --quiet unmask "$1"
  case $2 in
    enabled) systemctl --quiet enable "$1" ;;
    masked) systemctl --quiet mask "$1" ;;
    disabled | not-found) systemctl --quiet disable "$1" ;;
  esac
}

# stop stops a unit that did not run. nftables.service would flush the rules of everybody when it stops.
stop() {
  if [ "$1" != nftables.service ]; then
    systemctl stop "$1"
    return
  fi
  dropin=/run/systemd/system/nftables.service.d
  mkdir -p "$dropin"
  printf '[Service]\nExecStop=\n' >"$dropin/slipway-keep.conf"
  systemctl daemon-reload
  systemctl show -P ExecStop "$1" | grep -q . || systemctl stop "$1"
  rm -f "$dropin/slipway-keep.conf"
  rmdir "$dropin" 2>/dev/null
  systemctl daemon-reload
}

# remount brings back which of the options that restrict a mount it had.
remount() {
  options=
  for option in suid dev exec; do
    case ,$2, in
      *,no$option,*) options=$options,no$option ;;
      *) options=$options,$option ;;
    esac
  done
  mount -o "remount$options" "$1"
}

if [ -e "$file" ]; then
  # All at once: what one call removes, the next one would add again.
  new=
  for profile in $profiles; do
    if [ -e "/usr/share/pam-configs/$profile" ] && ! grep -qxF "pam $profile" "$file"; then new="$new $profile"; fi
  done
  # shellcheck disable=SC2086 # the profiles are words
  [ -z "$new" ] || DEBIAN_FRONTEND=noninteractive pam-auth-update --package --remove $new
  while read -r kind name rest; do
    case $kind in
      unit)
        now=$(systemctl is-active "$name") || :
        case ${rest%% *}-$now in
          active-* | *-inactive) ;;
          *-failed) systemctl reset-failed "$name" 2>/dev/null || : ;;
          *) stop "$name" 2>/dev/null || echo "the unit $name still runs" ;;
        esac
        enablement "$name" "${rest#* }" 2>/dev/null || :
        case ${rest%% *}-$now in
          active-active) ;;
          active-*) systemctl start "$name" || echo "the unit $name does not start" ;;
        esac
        ;;
      sysctl)
        now=$(tr -s '\t ' ' ' <"/proc/sys/$name" 2>/dev/null) || continue
        [ "$now" != "$(printf '%s' "$rest" | tr -s '\t ' ' ')" ] || continue
        for word in "$@"; do
          [ "$word" = "$name=$now" ] || continue
          printf '%s\n' "$rest" 2>/dev/null >"/proc/sys/$name" || echo "the kernel's $name stays $now until the next reboot"
          break
        done
        ;;
      mode)
        path=${rest#* }
        if [ -e "$path" ] && [ ! -L "$path" ]; then
          chown "${rest%% *}" "$path" && chmod "$name" "$path" || echo "the mode of $path stays as it is"
        fi
        ;;
      mount) remount "$name" "$rest" 2>/dev/null || echo "the mount at $name stays as it is until the next reboot" ;;
    esac
  done <"$file"
fi
