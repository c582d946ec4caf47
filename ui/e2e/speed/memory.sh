# shellcheck shell=sh
# Prints how many kB of memory the machine's processes take (PSS), without those of logins.

total=0
for process in /proc/[0-9]*; do
  if grep -qs user.slice "$process/cgroup"; then continue; fi
  size=$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "$process/smaps_rollup" 2>/dev/null || :)
  total=$((total + ${size:-0}))
done
echo "$total"
