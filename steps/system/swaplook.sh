# shellcheck shell=sh
# Prints how much swap there is (kB) and how much room the disk has (MB).

while read -r name kilobytes _; do
  [ "$name" != SwapTotal: ] || echo "total $kilobytes"
done </proc/meminfo
df -Pm / | {
  read -r _
  read -r _ _ _ megabytes _
  echo "free $megabytes"
}
