# shellcheck shell=sh
# apt runs this before dpkg, with its list of packages on standard input. Where it only
# adds packages, so that no file that was there before is replaced, dpkg need not wait for
# the disk at each file: that is half of its time. A power cut could then leave some of
# the new files empty: so the file $unpacking has, before the first of them, in which boot
# this is and which packages come. It goes when all is on the disk (settle_unpacked of
# apt.sh); what is named in one of an earlier boot is installed again.
: "${unpacking?}"

[ ! -e "$unpacking" ] || exit 0
new=$(awk '
  packages && $NF != "**CONFIGURE**" { if ($2 == "-") print $1; else other = 1 }
  NF == 0 { packages = 1 }
  END { exit other }') || exit 0
[ -n "$new" ] || exit 0
printf '%s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$new" >"$unpacking.part" &&
  sync "$unpacking.part" && mv -f "$unpacking.part" "$unpacking" && sync "${unpacking%/*}" &&
  touch "${0%/*}/new-only"
exit 0
