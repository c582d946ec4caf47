package commands

import (
	"bytes"
	"testing"
	"time"

	"slipway/steps/audit"
	"slipway/ui/golden"
)

func TestPrintAudit(t *testing.T) {
	inUTC(t)
	var out bytes.Buffer
	printAudit(&out, "shop", audit.Report{Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Results: []audit.Result{
		{Topic: "ssh", Check: "root can't log in", Verdict: audit.Good, Found: "permitrootlogin no", Before: "bad: permitrootlogin without-password"},
		{Topic: "updates", Check: "no security update is pending", Verdict: audit.Bad, Found: "libssl3"},
		{Topic: "units", Check: "no unit has failed", Verdict: audit.Unknown, Found: "the server does not say"},
		{Topic: "kernel", Check: "its addresses are for root only", Verdict: audit.NotApplicable, Found: "a container has the kernel of its host"},
		{Topic: "others", Check: "lynis", Verdict: audit.Figure, Found: "hardening index 85"},
	}})
	golden.Same(t, "audit.txt", out.String())
}
