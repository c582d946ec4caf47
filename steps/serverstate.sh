# shellcheck shell=sh
# Prints the system, its processors, memory (kB), disk (kB) and load, how long it
# is up (seconds), and when apt's lists were fetched (seconds since 1970).

# shellcheck source=/dev/null
. /etc/os-release
echo "system $ID $VERSION_ID"
echo "cpus $(nproc)"
echo "up $(cut -d. -f1 /proc/uptime)"
echo "load $(cut -d' ' -f1 /proc/loadavg)"
sed -n 's/^\(MemTotal\|MemAvailable\|SwapTotal\|SwapFree\): *\([0-9]*\) kB/\1 \2/p' /proc/meminfo
df -kP / | awk 'NR == 2 { print "disk " $2 " " $4 }'
echo "listed $(stat -c %Y /var/lib/apt/lists)"
