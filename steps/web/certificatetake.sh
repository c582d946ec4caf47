# shellcheck shell=sh
# Keeps the certificate on standard input for nginx, if it belongs to its key and ends
# after the one that is there.
: "${certificate?}"

ends() { date -d "$(openssl x509 -in "$1" -noout -enddate | cut -d= -f2)" +%s; }

umask 077
mkdir -p "${certificate%/*}"
new=$(mktemp "$certificate.XXXXXX")
trap 'rm -f "$new"' EXIT
head -c 1048576 >"$new"
public=$(openssl x509 -in "$new" -noout -pubkey) || exit 1
[ "$public" = "$(openssl pkey -in "$new" -pubout)" ] || exit 1
if [ -s "$certificate" ] && [ "$(ends "$certificate")" -ge "$(ends "$new")" ]; then exit 0; fi
mv -f "$new" "$certificate"
