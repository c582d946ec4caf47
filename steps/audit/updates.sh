# shellcheck shell=sh
# Prints the security updates that are pending, by the lists that apt has, whether
# these lists are older than a week, and whether an update needs a reboot.
echo "asked yes"
apt-get -s -q -q -o Debug::NoLocking=1 dist-upgrade | sed -n 's/^Inst \([^ ]*\) .*-[Ss]ecurity.*$/security \1/p'
[ "$(($(date +%s) - $(stat -c %Y /var/lib/apt/lists)))" -lt 604800 ] || echo "old lists of $(date -r /var/lib/apt/lists +%F)"
[ ! -e /run/reboot-required ] || echo "reboot an update asks for it"
