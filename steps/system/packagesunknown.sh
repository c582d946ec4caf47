# shellcheck shell=sh
# Says which packages the system's repositories do not have. The words are pairs: a
# package, and where it is asked for. It runs when an installation ends, and does not
# change how it ended.

while [ $# -gt 0 ]; do
  # A name that others provide, as libmagic1t64 provides libmagic1, is no package of its own.
  # shellcheck source=/dev/null # the system's
  if [ -z "$(apt-cache showpkg "$1" 2>/dev/null | sed -n '/^Versions:/,/^Reverse Depends:/{/^[0-9]/p}; /^Reverse Provides:/,${/^[a-z0-9]/p}')" ]; then
    echo "error: $(. /etc/os-release && echo "$PRETTY_NAME") has no package $1, which is asked for by $2: correct the name there, or remove it"
  fi
  shift 2
done
