# shellcheck shell=sh
# Gives nginx the certificate that was obtained, if it belongs to its key, and the
# site that serves HTTPS. It reads the file as the user who wrote it, so that the link
# of a stranger can't pass another file off as one, nor a pipe hold it up. The
# functions of bounds.sh come before.
: "${obtained?}" "${user?}" "${certificate?}" "${plain?}" "${secure?}" "${enabled?}"

umask 077
mkdir -p "${certificate%/*}"
new=$(mktemp "$certificate.XXXXXX")
trap 'rm -f "$new"' EXIT
as_user "$user" timeout 10 head -c 1048576 "$obtained" >"$new"
public=$(openssl x509 -in "$new" -noout -pubkey) # with set -e, what is no certificate ends it here
[ "$public" = "$(openssl pkey -in "$new" -pubout)" ]
if cmp -s "$new" "$certificate" && [ "$(readlink "$enabled")" = "$secure" ]; then exit 0; fi
mv -f "$new" "$certificate"
ln -sfnT "$secure" "$enabled"
if ! nginx -q -t; then
  ln -sfnT "$plain" "$enabled"
  exit 1
fi
systemctl reload-or-restart nginx.service
