package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/state/regular"
	"slipway/steps/audit"
	"slipway/steps/engine"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/shell"
	"slipway/steps/system"
)

// Audit checks what a deployment's server really does, from there and from
// here, and tells what of it was otherwise before the first deployment. Others
// names third-party auditors that run too; they are installed first if install
// says so. The report is kept with the deployment. A name that is not known is a
// *providers.Usage.
func Audit(ctx context.Context, name string, others []Auditor, install bool, home state.Home, open engine.OpenProvider, report func(line string)) (audit.Report, error) {
	d, err := hold(home, name)
	if err != nil {
		return audit.Report{}, err
	}
	defer d.Close()
	s, err := OpenSession(ctx, name, providers.ToAudit, home, open)
	if err != nil {
		return audit.Report{}, err
	}
	defer s.Client.Close()
	found, err := s.audit(ctx, d.Record())
	if err != nil {
		return audit.Report{}, err
	}
	for _, other := range others {
		result, err := s.runAuditor(ctx, other, install, report)
		if err != nil {
			return audit.Report{}, err
		}
		found.Results = append(found.Results, result)
	}
	before, err := readAudit(filepath.Join(d.Dir(), engine.BeforeFile))
	if err != nil {
		return audit.Report{}, err
	}
	found = found.Since(before)
	return found, engine.KeepAudit(d, engine.LastFile, found)
}

// readAudit reads a report that was kept; without one it is empty.
func readAudit(path string) (audit.Report, error) {
	var report audit.Report
	content, err := regular.Read(context.Background(), path, regular.Large)
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
		shell.Section(fact.SectionSystem, fact.LookSystem),
		shell.Section("sshd ports", shell.SSHDFolder+`; sshd -T | sed -n 's/^port //p'`),
		shell.Section("sockets", shell.LookSockets()),
		audit.Look(engine.AuditSubject(s.plan, fact.System{}), true)))
	if err != nil {
		return audit.Report{}, err
	}
	seenSystem := fact.ParseSystem(seen[fact.SectionSystem])
	subject := engine.AuditSubject(s.plan, seenSystem)
	for _, port := range shell.NonEmpty(shell.SplitLines(seen["sshd ports"])) {
		subject.Ports = append(subject.Ports, shell.Number(port))
	}
	found, _ := audit.Read(subject, seen, time.Now())
	found.Results = append(found.Results, audit.Outside(ctx, record.Server.Address, subject, audit.Listeners(seen["sockets"])))
	for _, domain := range s.plan.Domains() {
		found.Results = append(found.Results, certificateResult(ctx, record.Server.Address, domain))
	}
	for _, setting := range hardening.In(system.ProfileOf(s.plan), system.HardeningHost(seenSystem)) {
		if why := setting.WhyNot(system.HardeningHost(seenSystem)); why != "" {
			found.Results = append(found.Results, audit.Result{Topic: setting.Topic, Check: setting.What, Verdict: audit.NotApplicable, Found: why})
		}
	}
	return found, context.Cause(ctx)
}
