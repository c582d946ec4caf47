package steps

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"slipway/steps/audit"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
	"slipway/steps/web"
)

// Auditor is a third-party program that audits a server.
type Auditor string

// The auditors.
const (
	Lynis    Auditor = "lynis"
	OpenSCAP Auditor = "openscap"
)

//go:embed lynis.sh
var lynisScript string

//go:embed openscap.sh
var openscapScript string

// auditors says how they are installed and run. A run ends with a line
// "figure TEXT".
var auditors = map[Auditor]struct {
	program  string
	script   string
	packages []string
}{
	Lynis:    {"lynis", shell.Script(lynisScript, nil), []string{"lynis"}},
	OpenSCAP: {"oscap", shell.Script(openscapScript, nil), []string{"openscap-scanner", "ssg-debian", "linux-base"}},
}

// Auditors lists the names of the third-party auditors.
func Auditors() []string { return []string{string(Lynis), string(OpenSCAP)} }

// AuditorOf finds an auditor by its name; another name is a *providers.Usage.
func AuditorOf(name string) (Auditor, error) {
	if slices.Contains(Auditors(), name) {
		return Auditor(name), nil
	}
	return "", plan.Usagef("use "+strings.Join(Auditors(), " or "), "there is no auditor %q", name)
}

// auditorLimit is how long an auditor may take, its installation included.
const auditorLimit = 30 * time.Minute

// runAuditor runs a third-party auditor on the server.
func (s *Session) runAuditor(ctx context.Context, name Auditor, install bool, report func(line string)) (audit.Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, auditorLimit, fmt.Errorf("%s took longer than %s", name, auditorLimit))
	defer cancel()
	a := auditors[name]
	missing := shell.Lines(`echo "figure none: it is not installed"`, `exit 0`)
	if install {
		missing = shell.AptInstall(a.packages...)
	}
	script := shell.Lines(`if [ -z "$(command -v `+shell.Quote(a.program)+`)" ]; then`, missing, `fi`, a.script)
	figure := ""
	_, err := s.Client.Run(ctx, remote.Job{Name: "audit", Script: script, Look: shell.Section("audit", ":")}, func(line string) {
		if text, ok := strings.CutPrefix(line, "figure "); ok {
			figure = text
			return
		}
		report(line)
	})
	if err == nil && figure == "" {
		err = errors.New("it gave no figure")
	}
	if err != nil {
		return audit.Result{}, fmt.Errorf("run %s: %w", name, err)
	}
	if figure == "none: it is not installed" {
		return audit.Result{}, plan.Usagef("give --install too; that leaves "+strings.Join(a.packages, ", ")+" on the server", "%s is not installed on the server", name)
	}
	return audit.Result{Topic: "others", Check: string(name), Verdict: audit.Figure, Found: figure}, nil
}

// certificateResult is whether a browser takes the certificate of a domain.
func certificateResult(ctx context.Context, address, domain string) audit.Result {
	c := web.LookAtCertificate(ctx, net.JoinHostPort(address, "443"), domain, time.Now())
	r := audit.Result{Topic: "certificate", Check: "browsers take the certificate of " + domain, Verdict: audit.Good, Found: fmt.Sprintf("%d days left", c.Days)}
	if c.Trouble != "" {
		r.Verdict, r.Found = audit.Bad, c.Trouble
	}
	return r
}
