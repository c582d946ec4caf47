# shellcheck shell=sh
# Asks the authority for the certificate if it is needed, if the names lead here, and
# if no refusal says to wait. What it is about to be told is written down before it
# asks, so that a crash does not make it ask again at once. Exit status 75 is that it
# waits. It runs in the folder state, where a refusal of this request is in the file
# refused and the certificate, with its key, becomes the file site.pem.
: "${state?}" "${settings?}" "${authority?}" "${names?}" "${email?}" "${request?}"

umask 077
cd "$state" || exit 1

dehydrated() { command dehydrated --config "$settings" "$@"; }

# obtain talks to the authority: it registers, once, and orders the certificate.
obtain() {
  dehydrated --register --accept-terms &&
    { [ "$(cat email 2>/dev/null)" = "$email" ] || dehydrated --account; } &&
    printf '%s\n' "$email" >email &&
    dehydrated --cron --no-lock --force --alias site --domain "$names"
}

# remember writes down a refusal: how often the request was refused, and until when it
# waits. That is twice as long each time, ten minutes to a day, and never less than
# the authority says.
remember() {
  now=$(date +%s)
  until=$((600 << (count < 8 ? count : 8)))
  [ "$until" -le 86400 ] || until=86400
  until=$((now + until))
  after=$(printf '%s\n' "$1" | tr -d '\r' | sed -n 's/^[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *//p' | tail -n 1)
  case $after in
  '') after=0 ;;
  *[!0-9]*) after=$(date -d "$after" +%s || echo 0) ;;
  *) after=$((now + after)) ;;
  esac
  [ "$after" -le "$until" ] || until=$after
  {
    printf 'request %s\ncount %s\nat %s\nuntil %s\n' "$request" "$((count + 1))" "$now" "$until"
    printf '%s\n' "$1" | tail -n 60 | sed 's/^/said /'
  } >refused.part
  mv -f refused.part refused
}

if fine site.pem; then
  rm -f refused
  exit 0
fi

count=0
if [ -e refused ] && [ "$(sed -n 's/^request //p' refused)" = "$request" ]; then
  until=$(sed -n 's/^until //p' refused)
  if [ "$(date +%s)" -lt "$until" ]; then
    echo "the authority refused; the server asks again after $(date -u -d "@$until" '+%F %H:%M UTC')"
    exit 75
  fi
  count=$(sed -n 's/^count //p' refused)
fi

# A certificate of the same names is renewed: they led here once.
if ! [ -s site.pem ] || [ "$(names_in site.pem)" != "$names" ]; then
  for name in $names; do
    found=$(addresses "$name")
    here "$name" "$found" || {
      echo "$name does not lead to this server yet; it leads to: ${found:-nothing}"
      exit 75
    }
  done
fi

remember "it was interrupted before the authority answered"
rm -rf certs
tries=0
until said=$(obtain 2>&1); do
  tries=$((tries + 1))
  # A nonce that the authority forgot is nobody's fault: each try makes a new order.
  case $said in *error:badNonce*) [ "$tries" -ge 10 ] || continue ;; esac
  remember "$said"
  printf '%s\n' "$said"
  exit 1
done
{
  echo "authority $authority"
  cat certs/site/fullchain.pem certs/site/privkey.pem
} >site.pem.part
mv -f site.pem.part site.pem
rm -rf certs refused
echo "obtained a certificate of $names, good until $(openssl x509 -in site.pem -noout -enddate | cut -d= -f2)"
