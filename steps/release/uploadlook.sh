# shellcheck shell=sh
# Prints, compressed, what the release that serves has of an app's source: the sum of its
# list of sums; those files of the list that are not there as they came; an empty text; and
# the list, of each sum the first 16 digits. Each has a NUL behind. It prints nothing if it is
# not known what is there. The function of lists.sh comes before.
#
# Root wrote the list once it had checked the source, which only root can change. A file that
# was touched since then counts as another one.
: "${current?}" "${release?}"

old=$(readlink "$current" || :)
if [ "$old" = "$release" ] || [ ! -f "$old/sums" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lists "$old" "$work"
(cd "$old/src" && find . -type f ! -newercm ../sums -print0) | cat - "$work/aside" | LC_ALL=C sort -zu >"$work/there"
{
  sha256sum <"$old/sums" | cut -c1-64 | tr '\n' '\0'
  LC_ALL=C comm -z -23 "$work/listed" "$work/there"
  printf '\0'
  cut -z -b1-16,67- "$old/sums"
} | gzip -c
