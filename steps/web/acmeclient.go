package web

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

const (
	// certificatePath holds the key too, so that both are replaced at once.
	certificatePath = "/etc/slipway/certificate.pem"
	// acmeState is what the ACME client keeps: its account, and what it was told.
	acmeState = "/var/lib/" + acmeUser
	// acmeChallenges is there while the client runs: nginx shows what is in it.
	acmeChallenges = "/run/" + acmeUser
	acmePrograms   = "/usr/local/lib/" + acmeUser
)

// certificateFiles are the client's settings, the two programs that the unit
// runs, and the unit with its timer.
func certificateFiles(p plan.Plan) []shell.File {
	return []shell.File{
		{Path: acmePrograms + "/settings", Mode: "644", Content: acmeSettings(p)},
		{Path: acmePrograms + "/obtain", Mode: "755", Content: ObtainProgram(p)},
		{Path: acmePrograms + "/install", Mode: "755", Content: InstallProgram(p)},
		certificateService(),
		certificateTimer(),
	}
}

// acmeSettings are dehydrated's.
func acmeSettings(p plan.Plan) string {
	lines := []string{
		"# Written by slipway.",
		"CA=" + shell.Quote(p.Authority()),
		"BASEDIR=" + acmeState,
		"WELLKNOWN=" + acmeChallenges,
		"CHALLENGETYPE=http-01",
		"KEY_ALGO=prime256v1",
		"PRIVATE_KEY_RENEW=yes",
		`CURL_OPTS="--connect-timeout 20 --max-time 60"`,
	}
	if email := p.Value(plan.KeyEmail); email != "" {
		lines = append(lines, "CONTACT_EMAIL="+shell.Quote(email))
	}
	return shell.Lines(lines...) + "\n"
}

func certificateService() shell.File {
	return shell.File{Path: "/etc/systemd/system/" + certificateUnit + ".service", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=the certificate of the app: obtained, and renewed in the last third of its time
After=network-online.target nginx.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
User=` + acmeUser + `
Group=` + acmeUser + `
StateDirectory=` + acmeUser + `
StateDirectoryMode=0700
RuntimeDirectory=` + acmeUser + `
RuntimeDirectoryMode=0755
ExecStart=` + acmePrograms + `/obtain
# As root, outside the sandbox: nginx is given what came.
ExecStartPost=+` + acmePrograms + `/install
TimeoutStartSec=10min
# A name that does not lead here yet, and a refusal, are looked at again.
Restart=on-failure
RestartSec=10min
UMask=0077
` + strings.Join(release.Sandbox, "\n") + `
# For the list of the server's own addresses.
RestrictAddressFamilies=AF_NETLINK
`}
}

func certificateTimer() shell.File {
	return shell.File{Path: "/etc/systemd/system/" + certificateUnit + ".timer", Mode: "644", Content: `# Written by slipway.
[Unit]
Description=the certificate of the app is renewed in time

[Timer]
OnCalendar=*-*-* 00/12:00:00
RandomizedDelaySec=6h
OnBootSec=2min
Persistent=yes

[Install]
WantedBy=timers.target
`}
}

// serverPath is where nginx tells which server this is, and serverIdentity what
// it says there: whoever is led to it by a name knows where the name leads.
const serverPath = "/.well-known/slipway-server"

func serverIdentity(p plan.Plan) string {
	sum := sha256.Sum256([]byte("server " + p.Tag))
	return hex.EncodeToString(sum[:8])
}

// certificateWords are the shell functions that the look and the unit share.
//
// fine tells whether a file is a certificate of the names that are wanted, by
// the authority that is wanted, and not in the last third of its time. here
// tells whether a name leads to this server: all its addresses are the server's
// own or, if none of them is, as with a proxy of somebody's in front, asking by
// that name is answered here.
func certificateWords(p plan.Plan) string {
	names := slices.Sorted(slices.Values(p.Domains()))
	return shell.Lines(
		`export LC_ALL=C`,
		`names=`+shell.Quote(strings.Join(names, " ")),
		`authority=`+shell.Quote(p.Authority()),
		`address=`+shell.Quote(p.Address),
		`identity=`+shell.Quote(serverIdentity(p)),
		`email=`+shell.Quote(p.Value(plan.KeyEmail)),
		`request="$authority $names $email"`,
		`names_in() { openssl x509 -in "$1" -noout -ext subjectAltName | tr ',' '\n' | sed -n 's/^ *DNS://p' | sort | paste -s -d ' '; }
time_in() { date -d "$(openssl x509 -in "$1" -noout -"$2" | cut -d= -f2)" +%s; }
fine() {
  [ -s "$1" ] && [ "$(sed -n 's/^authority //p' "$1")" = "$authority" ] && [ "$(names_in "$1")" = "$names" ] || return 1
  begins=$(time_in "$1" startdate) ends=$(time_in "$1" enddate)
  [ $(((ends - $(date +%s)) * 3)) -gt $((ends - begins)) ]
}
addresses() {
  found=$(timeout 10 getent -s dns ahosts "$1" || timeout 10 getent ahosts "$1" || :)
  printf '%s\n' "$found" | cut -d ' ' -f 1 | sort -u | paste -s -d ' '
}
here() {
  own=" $(addresses "$address") $(hostname -I) " mine=no strange=no
  for one in $2; do case $own in *" $one "*) mine=yes;; *) strange=yes;; esac; done
  case $mine-$strange in
  yes-no) return 0;;
  no-yes) [ "$(curl -ksL --max-redirs 3 -m 10 "http://$1`+serverPath+`")" = "$identity" ];;
  *) return 1;;
  esac
}`,
	)
}

// ObtainProgram asks the authority for the certificate if it is needed, if the
// names lead here, and if no refusal says to wait. What it will be told is
// written down before it asks, so that a crash does not make it ask at once
// again. Exit status 75 is that it waits.
func ObtainProgram(p plan.Plan) string {
	return `#!/bin/sh
# Written by slipway.
set -eu
umask 077
cd ` + acmeState + `
` + certificateWords(p) + `
dehydrated() { command dehydrated --config ` + acmePrograms + `/settings "$@"; }

if fine site.pem; then rm -f refused; exit 0; fi

count=0
if [ -e refused ] && [ "$(sed -n 's/^request //p' refused)" = "$request" ]; then
  until=$(sed -n 's/^until //p' refused)
  if [ "$(date +%s)" -lt "$until" ]; then
    echo "the authority refused; it is asked again after $(date -u -d "@$until" '+%F %H:%M UTC')"
    exit 75
  fi
  count=$(sed -n 's/^count //p' refused)
fi

# A certificate of the same names is renewed: they led here once.
if ! [ -s site.pem ] || [ "$(names_in site.pem)" != "$names" ]; then
  for name in $names; do
    found=$(addresses "$name")
    here "$name" "$found" || { echo "$name does not lead to this server yet; it leads to: ${found:-nothing}"; exit 75; }
  done
fi

` + refusalWords + `
remember "it was interrupted before the authority answered"
rm -rf certs
tries=0
until said=$(obtain 2>&1); do
  tries=$((tries + 1))
  # A nonce that the authority forgot is nobody's fault.
  case $said in *error:badNonce*) [ "$tries" -ge 5 ] || continue;; esac
  remember "$said"
  printf '%s\n' "$said"
  exit 1
done
{ echo "authority $authority"; cat certs/site/fullchain.pem certs/site/privkey.pem; } >site.pem.part
mv -f site.pem.part site.pem
rm -rf certs refused
echo "obtained a certificate of $names, good until $(openssl x509 -in site.pem -noout -enddate | cut -d= -f2)"
`
}

// refusalWords are the shell functions that ask, and that write down what was
// said. They wait twice as long from one refusal to the next, ten minutes to a
// day, and never less than the authority says.
const refusalWords = `remember() {
  now=$(date +%s)
  until=$((600 << (count < 8 ? count : 8)))
  [ "$until" -le 86400 ] || until=86400
  until=$((now + until))
  after=$(printf '%s\n' "$1" | tr -d '\r' | sed -n 's/^[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *//p' | tail -n 1)
  case $after in
  '') after=0;;
  *[!0-9]*) after=$(date -d "$after" +%s || echo 0);;
  *) after=$((now + after));;
  esac
  [ "$after" -le "$until" ] || until=$after
  {
    printf 'request %s\ncount %s\nat %s\nuntil %s\n' "$request" "$((count + 1))" "$now" "$until"
    printf '%s\n' "$1" | tail -n 60 | sed 's/^/said /'
  } >refused.part
  mv -f refused.part refused
}

obtain() {
  dehydrated --register --accept-terms &&
  { [ "$(cat email 2>/dev/null)" = "$email" ] || dehydrated --account; } &&
  printf '%s\n' "$email" >email &&
  dehydrated --cron --no-lock --force --alias site --domain "$names"
}`

// InstallProgram gives nginx the certificate that came. It reads it as the user
// who wrote it, so that nothing else can be passed off as one.
func InstallProgram(p plan.Plan) string {
	plain, secure, enabled := shell.Quote(siteFile(p)), shell.Quote(secureSiteFile(p)), shell.Quote(nginxEnabled+p.Name)
	return `#!/bin/sh
# Written by slipway.
set -eu
umask 077
mkdir -p /etc/slipway
new=$(mktemp ` + certificatePath + `.XXXXXX)
trap 'rm -f "$new"' EXIT
setpriv --reuid=` + acmeUser + ` --regid=` + acmeUser + ` --clear-groups cat ` + acmeState + `/site.pem >"$new"
[ "$(openssl x509 -in "$new" -noout -pubkey)" = "$(openssl pkey -in "$new" -pubout)" ]
if cmp -s "$new" ` + certificatePath + ` && [ "$(readlink ` + enabled + `)" = ` + secure + ` ]; then exit 0; fi
mv -f "$new" ` + certificatePath + `
ln -sfnT ` + secure + ` ` + enabled + `
if ! nginx -q -t; then ln -sfnT ` + plain + ` ` + enabled + `; exit 1; fi
systemctl reload-or-restart nginx.service
`
}
