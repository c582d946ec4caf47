# shellcheck shell=sh
# Functions for root's work in folders that others can write to, or once could: what they
# put there must not lead root elsewhere.

# inside ROOT PATH: whether PATH is ROOT or below it, or would be once it is made, with
# every link on its way followed.
inside() {
  set -- "$(realpath -e -- "$1")" "$2"
  [ -n "$1" ] && case $(realpath -m -- "$2")/ in "$1"/*) ;; *) return 1 ;; esac
}

# as_user USER COMMAND...: runs a command with the rights of a user, by name or number, and
# no others. What the user could not do it can't do either, whatever lies in its way. With
# USER:GROUP it has the rights of that group too.
#
# The command runs outside of the sandbox of the user's own processes. One that has a
# capability more than they have is closed to them in /proc, and to their debuggers;
# net_broadcast allows nothing.
as_user() (
  user=${1%%:*} groups=--clear-groups
  case $1 in *:*) groups=--groups=${1#*:} ;; esac
  shift
  set -- "$groups" --reuid "$user" --regid "$(id -g "$user" 2>/dev/null || echo 65534)" --no-new-privs -- "$@"
  if setpriv --inh-caps +net_broadcast --ambient-caps +net_broadcast true 2>/dev/null; then
    set -- --inh-caps +net_broadcast --ambient-caps +net_broadcast "$@"
  fi
  exec setpriv "$@"
)

# enter ROOT PATH: makes the folder PATH the current one, if it is below ROOT. What is
# then done by names without a slash is done there, whatever becomes of the path.
enter() {
  set -- "$(realpath -e -- "$1")" "$2"
  [ -n "$1" ] && cd -P -- "$2" || return 1
  case $(pwd -P)/ in
    "$1"/*) ;;
    *)
      echo "$2 leads to $(pwd -P), outside of $1: put a folder in its place"
      return 1
      ;;
  esac
}

# of_root PATH: whether nobody but root can change what PATH leads to. All folders and
# links on the way that are there must be root's, and the last one, if PATH is still to be
# made, must be closed to others. at is the first one that is not so.
of_root() {
  for at in "$1" "$(realpath -m -- "$1")"; do
    made=no
    while :; do
      if [ -e "$at" ] || [ -L "$at" ]; then
        case "$made $(stat -c '%u %A' -- "$at")" in
          "no 0 "?????-??-* | "yes 0 "?????-??-* | "yes 0 "*[tT] | *" 0 l"*) made=yes ;;
          *) return 1 ;;
        esac
      fi
      [ "$at" != / ] || break
      at=$(dirname -- "$at")
    done
  done
}
