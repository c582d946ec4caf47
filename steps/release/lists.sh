# shellcheck shell=sh
# A function that says which files came for a release.

# lists RELEASE WORK: writes lists of paths in the source into the folder WORK: listed, of the
# files that came, and aside, of those that the app keeps: they lie in the folder seeds.
lists() {
  cut -z -b67- "$1/sums" >"$2/listed"
  : >"$2/aside"
  [ ! -d "$1/seeds" ] || (cd "$1/seeds" && find . -type f -print0 | LC_ALL=C sort -z >"$2/aside")
}
