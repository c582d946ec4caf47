# shellcheck shell=sh
# Defines save_state, which keeps the present state in $folder/old, with the script
# $revert that puts it back. Its arguments are pairs: path, login, unit, table or
# service, and a name. It comes after lock.sh and bounds.sh.
: "${folder?}" "${revert?}"

# save PATH KEPT copies what is at PATH, if anything is.
save() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    mkdir -p "${2%/*}"
    cp -a "$1" "$2"
  fi
}

# save_login keeps a user's authorized keys, and whether the password was locked.
# It keeps nothing of a user who does not exist. The folder of the keys is the user's: it is
# entered, so that no link in its place leads elsewhere.
save_login() {
  home=$(getent passwd "$1" | cut -d: -f6) || home=
  [ -n "$home" ] || return 0
  printf '%s' "$home" >"$keep/$1.home"
  [ ! -e "$home/.ssh" ] || (
    enter "$home" "$home/.ssh"
    save authorized_keys "$keep/files$home/.ssh/authorized_keys"
  )
  case $(getent shadow "$1" | cut -d: -f2) in
    "!"* | "*"*) ;;
    *) touch "$keep/$1.unlocked" ;;
  esac
}

# save_table takes a family and a name in one argument: "inet slipway".
save_table() {
  table=$keep/${1% *}-${1#* }.table
  nft -s -n list table "${1% *}" "${1#* }" >"$table" 2>/dev/null || rm -f "$table"
}

save_state() {
  # An unproven change of other things goes back before this one begins.
  if [ -e "$folder/armed" ] && ! printf '%s' "$revert" | cmp -s - "$folder/revert"; then
    sh "$folder/revert" locked
  fi
  # The old state of an unproven change stays the one that is put back.
  if [ -e "$folder/armed" ]; then return; fi
  keep=$folder/old
  rm -rf "$folder"
  mkdir -p "$keep/files"
  while [ $# -gt 0 ]; do
    case $1 in
      path) save "$2" "$keep/files$2" ;;
      login) save_login "$2" ;;
      table) save_table "$2" ;;
      unit) ! systemctl --quiet is-enabled "$2" 2>/dev/null || touch "$keep/$2.enabled" ;;
    esac
    shift 2
  done
  printf '%s' "$revert" >"$folder/revert"
}
