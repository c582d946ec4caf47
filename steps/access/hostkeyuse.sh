# shellcheck shell=sh
# Puts the host key of the folder next in the place of the one at key, if sshd
# accepts it. sshd shows it once it has read its files again.
: "${key?}" "${next?}"

umask 077
cp "$next/key" "$key.slipway-part"
install -m 644 "$next/key.pub" "$key.pub.slipway-part"
mv -f "$key.slipway-part" "$key"
mv -f "$key.pub.slipway-part" "$key.pub"
mkdir -p /run/sshd
sshd -t
