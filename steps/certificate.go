package steps

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

// letsEncrypt is the certificate authority where no other is named.
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// acmeUser is who talks to the certificate authority, and can do nothing else.
const acmeUser = "slipway-acme"

// certificateUnit has the certificate obtained and renewed, by its timer and
// whenever a deployment needs it.
const certificateUnit = "slipway-certificate"

// certify is that there is a certificate for the app's names, which the server
// renews by itself. Asking for it is the server's own business: a unit there
// looks whether the names lead to it, asks, remembers a refusal and lets nginx
// take what came, whether a deployment starts it or its timer. A name that does
// not lead here yet, and a refusal that is remembered, are nothing that could be
// changed now: the fact holds, and the end of the run tells of them.
var certify = &fact{
	name: "certificate", title: "a certificate that renews itself", phase: providers.PhaseOther, limit: 12 * time.Minute,
	look: func(p Plan) string {
		return shell.Lines(
			shell.LookFiles(paths(certificateFiles(p))...),
			`echo "timer $(systemctl is-active `+certificateUnit+`.timer) $(systemctl is-enabled `+certificateUnit+`.timer)"`,
			`echo "user $(id -un `+acmeUser+`)"`,
			lookCertificate(p),
		)
	},
	decide: certificateChanges,
	script: func(v view) string {
		return shell.Lines(
			`getent passwd `+acmeUser+` >/dev/null || `+shell.Command("useradd", "--system", "--user-group",
				"--home-dir", acmeState, "--no-create-home", "--shell", "/usr/sbin/nologin", acmeUser),
			put(certificateFiles(v.Plan)),
			`systemctl daemon-reload`,
			enabled(certificateUnit+".timer"),
			`systemctl start `+certificateUnit+`.timer`,
			// systemd of Debian 12 would wait for the ten minutes to be over.
			`case $(systemctl show -P SubState `+certificateUnit+`.service) in auto-restart*) systemctl stop `+certificateUnit+`.service;; esac`,
			// How it ended is for the look to find: a refusal must not keep the app
			// from being deployed.
			`systemctl start `+certificateUnit+`.service 2>/dev/null || :`,
			`journalctl -q -o cat -n 20 _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID `+certificateUnit+`.service)" || :`,
		)
	},
	detail: func(v view) string { return readCertificate(v.Looked).describe(v.Plan) },
}

func certificateChanges(v view) []providers.Change {
	p := v.Plan
	changes := changedFiles(v.Looked, "", certificateFiles(p)...)
	f := shell.Fields(v.Looked)
	if f["user"] != acmeUser {
		changes = append(changes, providers.Change{What: "make the user " + acmeUser, Why: "who talks to the world need not be root"})
	}
	if f["timer"] != "active enabled" {
		changes = append(changes, providers.Change{What: "start the timer that renews the certificate", Was: f["timer"]})
	}
	if readCertificate(v.Looked).wanted() {
		changes = append(changes, providers.Change{
			What: fmt.Sprintf("ask %s for a certificate of %s", p.authorityHost(), strings.Join(p.domains(), ", ")),
			Why:  "once these names lead to the server",
		})
	}
	return changes
}

// domains are the names that the app answers to, the first one first.
func (p Plan) domains() []string {
	if p.Value(KeyDomain) == "" || p.outOfReach() {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(p.Value(KeyDomain), valueListSep) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// authority is the ACME directory of the certificate authority.
func (p Plan) authority() string {
	if directory := p.Value(KeyACME); directory != "" {
		return directory
	}
	return letsEncrypt
}

// authorityHost is what people know the certificate authority by.
func (p Plan) authorityHost() string {
	if p.authority() == letsEncrypt {
		return "Let's Encrypt"
	}
	if u, err := url.Parse(p.authority()); err == nil {
		return u.Host
	}
	return p.authority()
}

// outOfReach tells whether no public authority could ever see the server.
func (p Plan) outOfReach() bool {
	provider := p.Value(KeyProvider)
	return (provider == providerLocal || provider == "") && p.authority() == letsEncrypt
}

// checkDomain refuses a domain for a server that no authority can reach, if it
// was asked for by name: one in slipway.toml is meant for another server.
func (p Plan) checkDomain() error {
	v := p.Values[KeyDomain]
	if v.Value == "" || !p.outOfReach() || v.From == FromFile || v.From == FromEarlier {
		return nil
	}
	return usagef("leave it out, or name an authority that can reach it with --acme-directory",
		"--domain (from %s) can't be had for a local machine, because Let's Encrypt can't reach a loopback address", v.From)
}

// domainLeftOut tells of a domain that this server can't have.
func (p Plan) domainLeftOut() []string {
	if p.Value(KeyDomain) == "" || len(p.domains()) > 0 {
		return nil
	}
	return []string{"the domain " + strings.ReplaceAll(p.Value(KeyDomain), valueListSep, ", ") +
		" is left out: Let's Encrypt can't reach a machine on this computer"}
}

// removeCertificate goes back to a server without one.
func removeCertificate() string {
	return shell.Lines(
		`if [ -e `+certificateTimer().Path+` ]; then systemctl --quiet disable --now `+certificateUnit+`.timer; fi`,
		`systemctl stop `+certificateUnit+`.service 2>/dev/null || :`,
		shell.Command("rm", "-rf", certificatePath, acmeState, acmePrograms, certificateService().Path, certificateTimer().Path),
		`systemctl daemon-reload`,
		`systemctl reset-failed `+certificateUnit+`.service 2>/dev/null || :`,
		`if getent passwd `+acmeUser+` >/dev/null; then userdel `+acmeUser+`; fi`,
	)
}
