# shellcheck shell=sh
# Prints what is on the server's disk, for a comparison with a later time. All fields end
# in NUL, so that no name can look like a field: path, kind, mode, owner, hard links and
# target of each file, then an empty path, then a line "SHA-256  path" of each regular
# file. The last field is the firewall's rules. What vanishes meanwhile is left out.

find / \( -path /proc -o -path /sys -o -path /dev \) -prune -o -printf '%p\0%y\0%m\0%U:%G\0%n\0%l\0' 2>/dev/null || :
printf '\0'
find / \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o -type f -print0 2>/dev/null | xargs -0 sha256sum -z -- 2>/dev/null || :
nft -s list ruleset
printf '\0'
