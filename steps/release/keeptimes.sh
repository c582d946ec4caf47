# shellcheck shell=sh
# A function that gives the files of a release the times by which browsers and servers
# tell one content from another.

# stats DIR FORMAT: prints, sorted, what find's format says of each of its files.
stats() {
  (cd "$1" && find . -type f -printf "$2" | sort -z)
}

# sums DIR LIST: prints the sum and the path of each of the listed files, ended by NUL.
sums() {
  (cd "$1" && xargs -0r sha256sum -z -- <"$2" | sort -z)
}

# keep_times OLD NEW: gives each file of NEW that OLD has with the same content the time
# that it has there. All others keep their own. Nothing happens without OLD. Only files
# whose sizes are the same and whose times are not are read.
keep_times() (
  [ -d "$1" ] || return 0
  export LC_ALL=C
  work=$(mktemp -d)
  stats "$1" '%s %p\0' >"$work/old"
  stats "$2" '%s %p\0' | comm -z -12 "$work/old" - >"$work/sizes"
  stats "$1" '%s %T@ %p\0' >"$work/old"
  stats "$2" '%s %T@ %p\0' | comm -z -12 "$work/old" - | cut -z -d ' ' -f 1,3- | sort -z >"$work/times"
  comm -z -23 "$work/sizes" "$work/times" | cut -z -d ' ' -f 2- >"$work/asked"
  sums "$1" "$work/asked" >"$work/old"
  sums "$2" "$work/asked" | comm -z -12 "$work/old" - | cut -z -b 67- >"$work/same"
  [ ! -s "$work/same" ] || (cd "$1" && xargs -0 cp --preserve=timestamps --parents -t "$2" -- <"$work/same")
  rm -rf "$work"
)
