# shellcheck shell=sh
# Prints the system, its processors and memory (kB), their kind, its Python, and whether
# it has IPv6 and is a container.

# shellcheck source=/dev/null
. /etc/os-release
echo "id $ID"
echo "version $VERSION_ID"
echo "cpus $(nproc)"
read -r _ memory _ </proc/meminfo
echo "memory $memory"
echo "machine $(uname -m)"
echo "python $(readlink -f /usr/bin/python3)"
[ ! -e /proc/net/if_inet6 ] || echo "ipv6 yes"
if systemd-detect-virt --quiet --container; then echo "container yes"; fi

# It passes packets on if it has a bridge, or if forwarding is on and there is something
# beside the ways out: a container on a computer that forwards inherits the setting.
ways=$({ ip route show default; ip -6 route show default; } 2>/dev/null | while read -r route; do
  case "$route " in *" dev "*) route=${route##* dev }; printf '%s ' "${route%% *}" ;; esac
done)
outward='' forwards='' between=''
for interface in /sys/class/net/*; do
  name=${interface##*/}
  case " $ways" in *" $name "*) isway=1 ;; *) isway=0 ;; esac
  if [ -d "$interface/bridge" ]; then
    forwards=yes
    for port in "$interface"/brif/*; do
      [ ! -e "/sys/class/net/${port##*/}/device" ] || isway=1
    done
    [ "$isway" = 0 ] || outward="$outward $name"
  elif [ "$name" != lo ] && [ "$isway" = 0 ] ; then
    read -r flags <"$interface/flags"
    [ $((flags & 1)) = 0 ] || between=yes
  fi
done
if [ "$between" = yes ]; then
  for setting in /proc/sys/net/ipv[46]/conf/*/forwarding; do
    read -r on <"$setting"
    [ "$on" != 1 ] || forwards=yes
  done
fi
[ "$forwards" != yes ] || echo "forwards yes"
echo "outward$outward"
