# shellcheck shell=sh
# Stands in for setpriv while packages are installed: the script of man-db has it search
# all manual pages, which takes seconds, and its timer does that each day anyhow.

case " $* " in
  *" /usr/bin/mandb -pq ") exit 0 ;;
esac
exec /usr/bin/setpriv "$@"
