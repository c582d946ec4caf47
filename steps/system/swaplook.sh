# shellcheck shell=sh
# Prints how much swap there is (kB) and how much room the disk has (MB).

echo "total $(sed -n 's/^SwapTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
echo "free $(df -Pm / | awk 'NR == 2 { print $4 }')"
