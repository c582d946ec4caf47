# shellcheck shell=sh
# Prints, for each process of the app, its unit and how many kB are its own:
# memory that processes share counts for each by its part.
: "${user?}"

# shellcheck disable=SC2013 # paths below /proc have no spaces
for f in $(grep -ls "/$user-" /proc/[0-9]*/cgroup); do
  unit=$(sed -n "s|.*/\($user-[^/]*\.service\).*|\1|p" "$f" | head -n 1)
  [ -z "$unit" ] || echo "$unit $(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "${f%/cgroup}/smaps_rollup")"
done
