# shellcheck shell=sh
# Defines unedited FILE PACKAGE PATH, which succeeds if FILE has the content with which
# Debian's PACKAGE brought its settings at PATH: nobody has edited it.

unedited() {
  [ -f "$1" ] || return 1
  dpkg-query -W -f='${Conffiles}\n' "$2" 2>/dev/null |
    grep -qF " $3 $(md5sum <"$1" | cut -d' ' -f1)"
}
