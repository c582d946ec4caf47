# shellcheck shell=sh
# A function that makes what did not come of what the server has. The function of lists.sh
# comes before.

# copy_kept OLD RELEASE: copies to the release's source, beside what came, what is the same
# in the release OLD. The folder "delta" says which: base is the sum of OLD's list of sums; of
# that list all files are copied but those in drop; moved has pairs, a path there and a path
# here; executable are those of all these files that may be executed. A file that stays where
# it was keeps its time. Two releases never share a file: only a copy is out of the reach of
# whoever could write to the other one.
copy_kept() (
  delta=$2/delta source=$2/src old=$1/src seeds=$1/seeds
  based=$(sha256sum <"$1/sums" || :)
  [ "${based%% *}" = "$(cat "$delta/base")" ] || {
    echo "another release serves than the one that the app was compared with: run the same command again" >&2
    exit 1
  }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  lists "$1" "$work"
  LC_ALL=C comm -z -23 "$work/listed" "$delta/drop" >"$work/kept"
  LC_ALL=C comm -z -12 "$work/kept" "$work/aside" >"$work/kept-aside"
  LC_ALL=C comm -z -23 "$work/kept" "$work/aside" >"$work/kept-there"
  # What can't be copied, or is no file any more, is found out by the sum of the source.
  set -- cp -R --no-dereference --no-preserve=mode --reflink=auto
  (cd "$old" && xargs -0r "$@" --preserve=timestamps --parents -t "$source" -- <"$work/kept-there") || :
  [ ! -s "$work/kept-aside" ] || (cd "$seeds" && xargs -0r "$@" --preserve=timestamps --parents -t "$source" -- <"$work/kept-aside") || :
  # So few at a time that they fit a command line, however long they are: none parts a pair.
  # shellcheck disable=SC2016 # the shell that it starts expands it
  xargs -0r -n 20 sh -euc 'old=$1 seeds=$2 source=$3
    shift 3
    while [ $# -gt 0 ]; do
      from=$seeds/$1 to=$source/$2
      [ -f "$from" ] || from=$old/$1
      [ -d "${to%/*}" ] || mkdir -p -- "${to%/*}"
      cp -R --no-dereference --no-preserve=mode --reflink=auto -T -- "$from" "$to"
      shift 2
    done' copy "$old" "$seeds" "$source" <"$delta/moved" || :
  cd "$source" || exit
  xargs -0r chmod u+x -- <"$delta/executable" || :
)
