package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/audit"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// The audits that are kept in a deployment's folder: of the server before the
// first deployment changed it, and the last one.
const (
	BeforeFile = "audit-before.json"
	LastFile   = "audit-last.json"
)

// lookBefore is the quick part of an audit, done on a server that carries no
// deployment yet: later nobody can see what the server was like before.
func lookBefore(p plan.Plan) string {
	return shell.Lines(
		`if [ ! -e `+access.OwnerFile+` ]; then`,
		audit.Look(AuditSubject(p, fact.System{}), false),
		`fi`,
	)
}

// AuditSubject is what an audit must know of the server.
func AuditSubject(p plan.Plan, s fact.System) audit.Subject {
	var listening []string
	allowed, _ := p.Allowed()
	for _, port := range allowed {
		listening = append(listening, fmt.Sprintf("%s/%d", port.Protocol(), port.Number))
	}
	return audit.Subject{Container: s.Container, Ports: plan.SpecOf(p).Ports, Allowed: listening, App: layout.Of(p.ServerName()).User}
}

// keepBefore keeps what the server was like before, if that was seen just now
// and no earlier run did.
func (r *Run) keepBefore(s *server) error {
	report, ok := audit.Read(AuditSubject(r.Plan, s.system), s.sections, time.Now())
	if !ok || r.OnlyLooks() {
		return nil
	}
	if _, err := r.deployment.ReadSecret(BeforeFile); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return KeepAudit(r.deployment, BeforeFile, report)
}

// KeepAudit writes a report into the folder of a deployment, readable by its owner
// only.
func KeepAudit(d *state.Deployment, file string, report audit.Report) error {
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the audit: %w", err)
	}
	return d.WriteSecret(file, append(content, '\n'))
}
