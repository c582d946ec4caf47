# shellcheck shell=sh
# Prints the names and the end of the certificate that nginx has, and the time now.
: "${certificate?}"

if [ -s "$certificate" ]; then
  echo "names $(openssl x509 -in "$certificate" -noout -ext subjectAltName | tr ',' '\n' | sed -n 's/^ *DNS://p' | paste -s -d ' ')"
  echo "ends $(date -d "$(openssl x509 -in "$certificate" -noout -enddate | cut -d= -f2)" +%s)"
  echo "now $(date +%s)"
fi
