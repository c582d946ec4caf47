package commands

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/audit"
)

func (c *command) audit() *cobra.Command {
	var with []string
	var install, asJSON bool
	cmd := &cobra.Command{
		Use: "audit [NAME]", Short: "Check what the server really does, and what of it was otherwise before", Args: most(1),
		Long: `Check the outcome, not the settings: what sshd says of itself, who listens, which
ports answer from here, what failed, which updates are pending, which files anybody may
write to. What was otherwise before the first deployment is shown beside it. Nothing on
the server is changed. The report is kept with the deployment.

--with runs other auditors too, if they are installed; with --install they are installed
first, and stay. OpenSCAP needs a benchmark for the server's very system, which
Debian's package ssg-debian has for some only.

Exit code 0 once the audit was made, whatever it found: read the verdicts with --json.`,
		Example: `  slipway audit
  slipway audit shop --with lynis --install`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var others []steps.Auditor
			for _, name := range with {
				auditor, err := steps.AuditorOf(name)
				if err != nil {
					return err
				}
				others = append(others, auditor)
			}
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			report, err := steps.Audit(cmd.Context(), name, others, install, home, c.providers(home, false), func(line string) { c.sayf("  %s\n", line) })
			if err != nil {
				return err
			}
			if asJSON {
				return printAuditJSON(c.streams.Out, name, report)
			}
			printAudit(c.streams.Out, name, report)
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&with, "with", nil, "run these auditors too: "+strings.Join(steps.Auditors(), ", "))
	cmd.Flags().BoolVar(&install, "install", false, "install the auditors of --with on the server if they are not there")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON object on stdout")
	return cmd
}

// auditEvent is a report as a line of JSON; its time is when it was made.
type auditEvent struct {
	Event string `json:"event"`
	Name  string `json:"name"`
	audit.Report
}

func printAuditJSON(w io.Writer, name string, report audit.Report) error {
	if err := json.NewEncoder(w).Encode(auditEvent{"audit", name, report}); err != nil {
		return fmt.Errorf("print the audit: %w", err)
	}
	return nil
}

// shortVerdict is a verdict as a column has it.
var shortVerdict = map[audit.Verdict]string{audit.Good: "good", audit.Bad: "BAD", audit.NotApplicable: "n/a", audit.Unknown: "unknown", audit.Figure: "figure"}

func printAudit(w io.Writer, name string, report audit.Report) {
	for _, r := range report.Results {
		line := fmt.Sprintf("%-8s %-12s %s", shortVerdict[r.Verdict], r.Topic, r.Check)
		if r.Found != "" {
			line += ": " + r.Found
		}
		fmt.Fprintln(w, line)
		if r.Before != "" {
			fmt.Fprintf(w, "%21s before: %s\n", "", r.Before)
		}
	}
	summary := fmt.Sprintf("%s at %s: %d good, %d bad, %d not applicable here", name, moment(report.Time.Truncate(time.Minute)),
		report.Count(audit.Good), report.Count(audit.Bad), report.Count(audit.NotApplicable))
	if n := report.Count(audit.Unknown); n > 0 {
		summary += fmt.Sprintf(", %d unknown", n)
	}
	fmt.Fprintln(w, summary)
}
