package web

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// acmeUser is the user that talks to the certificate authority. It can do nothing
// else.
const acmeUser = "slipway-acme"

// certificateUnit is the unit that obtains and renews the certificate: its timer
// starts it, and so does a deployment that needs a certificate.
const certificateUnit = "slipway-certificate"

var (
	//go:embed certificatestart.sh
	certificateStartText string
	//go:embed certificateremove.sh
	certificateRemoveText string
)

// Certify is the fact that there is a certificate for the app's names, which the server
// renews by itself. A deployment only starts the server's own unit, as its timer
// does: the unit checks whether the names lead to the server, asks the authority,
// remembers a refusal, and gives nginx the certificate.
//
// A name that does not lead here yet, or a refusal that is remembered, is nothing
// that a run could change. So the fact holds, and the end of the run says what is
// missing.
var Certify = &fact.Fact{
	Name: "certificate", Title: "a certificate that renews itself", Phase: providers.PhaseOther, Limit: 12 * time.Minute,
	Reads: func(p plan.Plan) fact.Reads {
		return fact.Reads{Files: shell.Paths(certificateFiles(p)), Units: []string{certificateUnit + ".timer"}}
	},
	Look: func(p plan.Plan) string {
		return shell.Lines(
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
			shell.EnableOwn(certificateUnit+".timer"),
			shell.Journal,
			shell.Script(certificateStartText, shell.Values{"unit": certificateUnit}),
		)
	},
	Detail: func(v fact.View) string { return ReadCertificate(v.Looked).describe(v.Plan) },
}

func certificateChanges(v fact.View) []providers.Change {
	p := v.Plan
	changes := fact.ChangedFiles(v.Looked, "", certificateFiles(p)...)
	f := shell.Fields(v.Looked)
	if f["user"] != acmeUser {
		changes = append(changes, providers.Change{What: "make the user " + acmeUser, Why: "what talks to the authority need not be root"})
	}
	if state := shell.UnitsByID(v.Looked)[certificateUnit+".timer"].State(); state != shell.ActiveAtBoot {
		changes = append(changes, providers.Change{What: "start the timer that renews the certificate", Was: state})
	}
	if ReadCertificate(v.Looked).wanted() {
		changes = append(changes, providers.Change{
			What: fmt.Sprintf("ask %s for a certificate of %s", p.AuthorityHost(), strings.Join(p.Domains(), ", ")),
			Why:  "once these names lead to the server",
		})
	}
	return changes
}

// removeCertificate is shell text that removes the certificate and all that renews
// it. It can be run again, and on a server that never had one.
func removeCertificate() string {
	return shell.Script(certificateRemoveText, shell.Values{"unit": certificateUnit, "timer": certificateTimer().Path, "user": acmeUser},
		certificatePath, acmeState, acmePrograms, certificateService().Path, certificateTimer().Path)
}
