package steps

import (
	"slipway/providers"

	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"slipway/state"
	"slipway/steps/audit"
	"slipway/steps/hardening"
	"slipway/steps/shell"
)

// The files in a deployment's folder that hold its evidence: what the server was
// like before the first deployment changed it, and at the last audit.
const (
	evidenceBefore = "audit-before.json"
	evidenceLast   = "audit-last.json"
)

// lookBefore is the quick part of an audit, on a server that carries no
// deployment yet: there is no other time to see what it was like.
func lookBefore(p Plan) string {
	return shell.Lines(
		`if [ ! -e `+markPath+` ]; then`,
		audit.Look(auditSubject(p, System{}), false),
		`fi`,
	)
}

// subject is what an audit must know of the server.
func auditSubject(p Plan, s System) audit.Subject {
	return audit.Subject{Container: s.Container, Ports: specOf(p).Ports, App: layoutOf(p.Name).user}
}

// keepBefore keeps what the server was like before, if that was seen just now
// and no earlier run did.
func (r *Run) keepBefore(s *server) error {
	report, ok := audit.Read(auditSubject(r.Plan, s.system), s.sections, time.Now())
	if !ok || r.onlyLooks() {
		return nil
	}
	if _, err := r.deployment.ReadSecret(evidenceBefore); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return keepEvidence(r.deployment, evidenceBefore, report)
}

func keepEvidence(d *state.Deployment, file string, report audit.Report) error {
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the audit: %w", err)
	}
	return d.WriteSecret(file, append(content, '\n'))
}

// Audit checks what a deployment's server really does, from there and from
// here, and tells what of it was otherwise before the first deployment. Others
// names auditors of others that are run too; they are installed first if install
// says so. The report is kept with the deployment. A name that is not known is a
// *Usage.
func Audit(ctx context.Context, name string, others []Auditor, install bool, home state.Home, open OpenProvider, report func(line string)) (audit.Report, error) {
	if !home.Exists(name) {
		return audit.Report{}, errNothing(name)
	}
	d, err := home.Open(name, time.Now())
	if err != nil {
		return audit.Report{}, err
	}
	defer d.Close()
	s, err := OpenSession(ctx, name, home, open)
	if err != nil {
		return audit.Report{}, err
	}
	defer s.Client.Close()
	found, err := s.audit(ctx, d.Record())
	if err != nil {
		return audit.Report{}, err
	}
	for _, other := range others {
		result, err := s.ask(ctx, other, install, report)
		if err != nil {
			return audit.Report{}, err
		}
		found.Results = append(found.Results, result)
	}
	before, err := readEvidence(filepath.Join(d.Dir(), evidenceBefore))
	if err != nil {
		return audit.Report{}, err
	}
	found = found.Since(before)
	return found, keepEvidence(d, evidenceLast, found)
}

// readEvidence reads a report; none is an empty one.
func readEvidence(path string) (audit.Report, error) {
	var report audit.Report
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return report, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &report)
	}
	if err != nil {
		return report, &providers.Failed{Err: fmt.Errorf("read the audit that was kept: %w", err), Next: "remove " + path + ", then run the same command again"}
	}
	return report, nil
}

// audit looks at the server, then at its ports from here.
func (s *Session) audit(ctx context.Context, record state.Record) (audit.Report, error) {
	seen, err := s.Client.Look(ctx, shell.Lines(
		shell.Section(sectionSystem, lookSystem),
		shell.Section("sshd ports", `mkdir -p /run/sshd; sshd -T | sed -n 's/^port //p'`),
		shell.Section("sockets", `ss -Htulnp`),
		audit.Look(auditSubject(s.plan, System{}), true)))
	if err != nil {
		return audit.Report{}, err
	}
	system := parseSystem(seen[sectionSystem])
	subject := auditSubject(s.plan, system)
	for _, port := range nonEmpty(splitLines(seen["sshd ports"])) {
		subject.Ports = append(subject.Ports, number(port))
	}
	found, _ := audit.Read(subject, seen, time.Now())
	found.Results = append(found.Results, audit.Outside(ctx, record.Server.Address, subject, audit.Listeners(seen["sockets"])))
	for _, domain := range s.plan.domains() {
		found.Results = append(found.Results, certificateResult(ctx, record.Server.Address, domain))
	}
	for _, setting := range hardening.In(profileOf(s.plan), hardeningHost(system)) {
		if !setting.Applicable(hardeningHost(system)) {
			found.Results = append(found.Results, audit.Result{Topic: setting.Topic, Check: setting.What, Verdict: audit.NotApplicable, Found: "the kernel is another's"})
		}
	}
	return found, context.Cause(ctx)
}
