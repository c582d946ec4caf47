# shellcheck shell=sh
# A function that gives the files of a release the times by which browsers and servers
# tell one content from another.

# sums DIR: prints the sum and the path of each of its files, ended by NUL.
sums() {
  (cd "$1" && find . -type f -print0 | xargs -0r sha256sum -z -- | sort -z)
}

# keep_times OLD NEW: gives each file of NEW that OLD has with the same content the time
# that it has there. All others keep their own. Nothing happens without OLD.
keep_times() {
  [ -d "$1" ] || return 0
  work=$(mktemp -d)
  sums "$1" >"$work/old"
  sums "$2" >"$work/new"
  comm -z -12 "$work/old" "$work/new" | cut -z -c67- >"$work/same"
  [ ! -s "$work/same" ] || (cd "$1" && xargs -0 cp --preserve=timestamps --parents -t "$2" -- <"$work/same")
  rm -rf "$work"
}
