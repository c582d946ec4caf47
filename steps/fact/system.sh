# shellcheck shell=sh
# Prints the system, its processors and memory (kB), their kind, its Python, and whether
# it has IPv6 and is a container.

# shellcheck source=/dev/null
. /etc/os-release
echo "id $ID"
echo "version $VERSION_ID"
echo "cpus $(nproc)"
echo "memory $(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
echo "machine $(uname -m)"
echo "python $(readlink -f /usr/bin/python3)"
[ ! -e /proc/net/if_inet6 ] || echo "ipv6 yes"
if systemd-detect-virt --quiet --container; then echo "container yes"; fi
