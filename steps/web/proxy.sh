# shellcheck shell=sh
# Has nginx read the site and not its own default page. A site that nginx does not
# accept is taken out again.
: "${site?}" "${enabled?}" "${default?}"

ln -sfnT "$site" "$enabled"
rm -f "$default"
nginx -q -t || {
  rm -f "$enabled"
  exit 1
}
