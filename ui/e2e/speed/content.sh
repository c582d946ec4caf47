# shellcheck shell=sh
# Prints what an administrator gave a server, a line for each thing: packages, files with
# owner, mode and sum, users, settings of the kernel and of sshd, units, open ports and the
# firewall's rules. What two servers never share (machine numbers, host keys, numbers of
# users, logs, the lists of apt) is left out, and so is what Slipway notes for itself in
# /var/lib/slipway.

# files ACTION...: what find does to each file.
files() {
  find /etc /srv /home /usr/local /opt /var/www /var/lib/app-* \
    \( -path '/etc/*-' -o -path /etc/passwd -o -path /etc/group -o -path /etc/shadow -o -path /etc/gshadow -o -path /etc/subuid -o -path /etc/subgid \
    -o -path /etc/.pwd.lock -o -path /etc/machine-id -o -path /etc/hostname -o -path /etc/resolv.conf -o -path /etc/ld.so.cache -o -path '/etc/ssh/ssh_host_*' \
    -o -path '*/venvs/*/.complete' -o -path '*/venvs/*/.lock' -o -path '*/venvs/*/.gitignore' \) -prune -o "$@" 2>/dev/null || :
}

dpkg-query -W -f 'package ${binary:Package} ${Version}\n'
apt-mark showmanual | sed 's/^/wanted /'
files -printf 'file %p %y %m %u:%g %l\n'
# A compiled module has the time of its source in it.
files -type f ! -name '*.pyc' -exec sha256sum {} + | awk '{ print "sum", $2, $1 }'
getent passwd | awk -F: '{ print "user", $1, $6, $7 }'
getent shadow | awk -F: '{ print "user", $1, ($2 ~ /^[!*]/ ? "has no password" : "has a password") }'
getent group | awk -F: '{ print "group", $1, $4 }'
sed -n 's/^-\{0,1\}\([a-z][^= ]*\) *=.*/\1/p' /etc/sysctl.d/*.conf | sort -u | xargs sysctl 2>/dev/null | sed 's/^/kernel /'
sshd -T | sed 's/^/sshd /'
systemctl list-unit-files --plain --no-legend | awk '$2 != "transient" { print "unit", $1, $2 }'
# What systemd, the first boot, apt's timers and logins start comes and goes with the time.
systemctl list-units --type=service,socket,timer --state=active --plain --no-legend | awk '{ print "runs", $1, $4 }' |
  grep -vE ' (systemd-|cloud-|user@|user-runtime-dir@|sshd@|apt-daily|dpkg-db-backup|run-|slipway-job|ldconfig)' || :
systemctl list-units --failed --plain --no-legend | awk '{ print "failed", $1 }'
ss -Hltun | awk '{ print "port", $1, $5 }'
nft -s list ruleset 2>/dev/null | grep -v 'elements = ' | awk '{ print "firewall", NR, $0 }' || :
