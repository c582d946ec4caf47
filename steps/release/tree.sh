# shellcheck shell=sh
# A function that tells one source from another, by all but its times.

# tree_sum SOURCE SUMS: prints the sum of a source: over the content and path of each file,
# where links lead, and which files may be executed. The file SUMS gets the sums of the
# contents, in the order of their paths, each with its path and a NUL behind.
tree_sum() (
  export LC_ALL=C
  cd "$1" || exit
  find . -type f -print0 | sort -z | xargs -0r sha256sum -z -- >"$2.part"
  mv -fT "$2.part" "$2"
  {
    cat "$2"
    printf '\0'
    find . ! -type f ! -type d -printf '%y %p//%l\0' | sort -z
    printf '\0'
    find . -type f -perm -100 -print0 | sort -z
  } | sha256sum | cut -c1-64
)
