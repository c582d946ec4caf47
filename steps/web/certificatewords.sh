# shellcheck shell=sh
# Functions that the look at the certificate and the program that obtains it share.
# names are the names that are wanted, sorted; authority is the URL of the authority
# that is wanted; address is the server's, and identity what it answers at
# identity_path to whoever asks which server it is.
: "${names?}" "${authority?}" "${address?}" "${identity?}" "${identity_path?}"

export LC_ALL=C

# names_in prints the names of the certificate in a file.
names_in() {
  openssl x509 -in "$1" -noout -ext subjectAltName | tr ',' '\n' | sed -n 's/^ *DNS://p' | sort | paste -s -d ' '
}

# time_in prints the startdate or enddate of the certificate in a file, as seconds.
time_in() { date -d "$(openssl x509 -in "$1" -noout -"$2" | cut -d= -f2)" +%s; }

# fine tells whether a file is a certificate of the names and the authority that are
# wanted, and not in the last third of its time.
fine() {
  [ -s "$1" ] && [ "$(sed -n 's/^authority //p' "$1")" = "$authority" ] && [ "$(names_in "$1")" = "$names" ] || return 1
  begins=$(time_in "$1" startdate) ends=$(time_in "$1" enddate)
  [ $(((ends - $(date +%s)) * 3)) -gt $((ends - begins)) ]
}

# addresses prints the addresses that a name leads to.
addresses() {
  found=$(timeout 10 getent -s dns ahosts "$1" || timeout 10 getent ahosts "$1" || :)
  printf '%s\n' "$found" | cut -d ' ' -f 1 | sort -u | paste -s -d ' '
}

# here tells whether a name, which leads to these addresses, leads to this server: all
# of them are its own, or none is and a request by that name is answered here, as with
# somebody's proxy in front.
here() {
  own=" $(addresses "$address") $(hostname -I) " mine=no strange=no
  for one in $2; do
    case $own in *" $one "*) mine=yes ;; *) strange=yes ;; esac
  done
  case $mine-$strange in
  yes-no) return 0 ;;
  no-yes) [ "$(curl -ksL --max-redirs 3 -m 10 "http://$1$identity_path")" = "$identity" ] ;;
  *) return 1 ;;
  esac
}
