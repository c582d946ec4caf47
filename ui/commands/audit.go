package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/audit"
	"slipway/ui/text"
)

func (c *command) audit() *cobra.Command {
	var with []string
	var install, asJSON bool
	cmd := &cobra.Command{
		Use: "audit [NAME]", Short: "Check what the server really does, and compare it with before the first deployment", Args: most(1),
		Long: `Check what the server does, not what its files say: the settings that sshd reports, the
programs that listen, the ports that answer from here, failed units, pending updates,
files that anybody may write to. A result that was different before the first
deployment is shown with the earlier one. The audit changes nothing on the server. The
report is kept with the deployment.

--with also runs other auditors that are installed on the server. --install installs
them first; they stay installed. OpenSCAP needs a benchmark for the server's exact
system; Debian's package ssg-debian has benchmarks for some systems only.

The exit code is 0 whatever the audit found. Scripts read the verdicts with --json.`,
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
			printAudit(c.out, name, report)
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&with, "with", nil, "also run these auditors: "+strings.Join(steps.Auditors(), ", "))
	cmd.Flags().BoolVar(&install, "install", false, "install the auditors of --with on the server first")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object on stdout")
	return cmd
}

// auditEvent is a report as a line of JSON. Its time is the audit's.
type auditEvent struct {
	Event string `json:"event"`
	Name  string `json:"name"`
	audit.Report
}

func printAuditJSON(w io.Writer, name string, report audit.Report) error {
	if err := text.NewJSON(w).Encode(auditEvent{"audit", name, report}); err != nil {
		return fmt.Errorf("print the audit: %w", err)
	}
	return nil
}

// shortVerdict is what the first column shows for a verdict.
var shortVerdict = map[audit.Verdict]string{audit.Good: "good", audit.Bad: "BAD", audit.NotApplicable: "n/a", audit.Unknown: "unknown", audit.Figure: "figure"}

func printAudit(w io.Writer, name string, report audit.Report) {
	for _, r := range report.Results {
		line := fmt.Sprintf("%-8s %-12s %s", shortVerdict[r.Verdict], r.Topic, r.Check)
		if r.Found != "" {
			line += ": " + r.Found
		}
		text.Fprintln(w, line)
		if r.Before != "" {
			text.Fprintf(w, "%21s before: %s\n", "", r.Before)
		}
	}
	summary := fmt.Sprintf("%s at %s: %d good, %d bad, %d not applicable here", name, moment(report.Time.Truncate(time.Minute)),
		report.Count(audit.Good), report.Count(audit.Bad), report.Count(audit.NotApplicable))
	if n := report.Count(audit.Unknown); n > 0 {
		summary += fmt.Sprintf(", %d unknown", n)
	}
	text.Fprintln(w, summary)
}
