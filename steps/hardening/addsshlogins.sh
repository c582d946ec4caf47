# shellcheck shell=sh
# Takes what sshlogins.sh prints and adds each user to $group.
: "${group?}"

getent group "$group" >/dev/null || groupadd --system "$group"
sed -n 's/^login //p' | while read -r name; do usermod --append --groups "$group" "$name"; done
