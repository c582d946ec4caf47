package web

import (
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// acmeUser is who talks to the certificate authority, and can do nothing else.
const acmeUser = "slipway-acme"

// certificateUnit has the certificate obtained and renewed, by its timer and
// whenever a deployment needs it.
const certificateUnit = "slipway-certificate"

// Certify is that there is a certificate for the app's names, which the server
// renews by itself. Asking for it is the server's own business: a unit there
// looks whether the names lead to it, asks, remembers a refusal and lets nginx
// take what came, whether a deployment starts it or its timer. A name that does
// not lead here yet, and a refusal that is remembered, are nothing that could be
// changed now: the fact holds, and the end of the run tells of them.
var Certify = &fact.Fact{
	Name: "certificate", Title: "a certificate that renews itself", Phase: providers.PhaseOther, Limit: 12 * time.Minute,
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(shell.Paths(certificateFiles(p))...),
			`echo "timer $(systemctl is-active `+certificateUnit+`.timer) $(systemctl is-enabled `+certificateUnit+`.timer)"`,
			`echo "user $(id -un `+acmeUser+`)"`,
			lookCertificate(p),
		)
	},
	Decide: certificateChanges,
	Script: func(v fact.View) string {
		return shell.Lines(
			`getent passwd `+acmeUser+` >/dev/null || `+shell.Command("useradd", "--system", "--user-group",
				"--home-dir", acmeState, "--no-create-home", "--shell", "/usr/sbin/nologin", acmeUser),
			shell.PutAll(certificateFiles(v.Plan)),
			`systemctl daemon-reload`,
			shell.Enable(certificateUnit+".timer"),
			`systemctl start `+certificateUnit+`.timer`,
			// systemd of Debian 12 would wait for the ten minutes to be over.
			`case $(systemctl show -P SubState `+certificateUnit+`.service) in auto-restart*) systemctl stop `+certificateUnit+`.service;; esac`,
			// How it ended is for the look to find: a refusal must not keep the app
			// from being deployed.
			`systemctl start `+certificateUnit+`.service 2>/dev/null || :`,
			`journalctl -q -o cat -n 20 _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID `+certificateUnit+`.service)" || :`,
		)
	},
	Detail: func(v fact.View) string { return ReadCertificate(v.Looked).describe(v.Plan) },
}

func certificateChanges(v fact.View) []providers.Change {
	p := v.Plan
	changes := fact.ChangedFiles(v.Looked, "", certificateFiles(p)...)
	f := shell.Fields(v.Looked)
	if f["user"] != acmeUser {
		changes = append(changes, providers.Change{What: "make the user " + acmeUser, Why: "who talks to the world need not be root"})
	}
	if f["timer"] != "active enabled" {
		changes = append(changes, providers.Change{What: "start the timer that renews the certificate", Was: f["timer"]})
	}
	if ReadCertificate(v.Looked).wanted() {
		changes = append(changes, providers.Change{
			What: fmt.Sprintf("ask %s for a certificate of %s", p.AuthorityHost(), strings.Join(p.Domains(), ", ")),
			Why:  "once these names lead to the server",
		})
	}
	return changes
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
