package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"slipway/steps"
	"slipway/steps/backup"
	"slipway/steps/release"
	"slipway/steps/web"
	"slipway/ui/text"
)

// printStatus prints a condition as rows, the most important first.
func printStatus(w io.Writer, c steps.Condition) {
	rows := rows{w}
	rows.print("name", c.Name)
	rows.print("app", c.App)
	rows.print("provider", c.Provider)
	rows.print("url", c.URL)
	rows.print("release", c.Release)
	rows.print("deployed", conditionOf(c.Summary))
	rows.print("move", c.Move)
	if c.Answers {
		rows.print("answers", fmt.Sprintf("yes, with status %d", c.HTTPStatus))
		for _, line := range c.Visitors.Lines() {
			rows.print("", line)
		}
	} else {
		rows.print("answers", "no: "+c.Reason)
	}
	for _, certificate := range c.Certificates {
		rows.print("https", describeCertificate(certificate))
	}
	rows.backup(c.Backup)
	if c.Server != nil {
		rows.server(*c.Server)
	} else if c.ServerReason != "" {
		rows.print("server", "can't be asked: "+c.ServerReason)
	}
	rows.instances(c)
	rows.releases(c.Releases)
	for _, h := range c.Holdings {
		rows.print("has", describeHolding(h))
	}
	for _, h := range c.Uses {
		rows.print("uses", describeHolding(h)+"; it stays when this deployment is destroyed")
	}
	rows.print("costs", costOf(c.Summary))
	if c.Total.Deployments > 1 {
		rows.print("in all", describeTotal(c.Total))
	}
}

// rows prints a table of two columns.
type rows struct{ io.Writer }

func (r rows) print(key, value string) {
	if value != "" {
		text.Fprintf(r, "%-10s %s\n", key, value)
	}
}

func (r rows) server(s steps.ServerCondition) {
	for _, u := range s.Units {
		r.print("unit", describeUnit(u))
	}
	r.print("server", fmt.Sprintf("%s, up %s, load %.2f on %s", s.System, span(s.Up), s.Load, count(s.CPUs, "processor")))
	memory := describeSpace(s.Memory)
	if s.Swap.Total > 0 {
		memory += "; swap: " + describeSpace(s.Swap)
	}
	r.print("memory", memory)
	r.print("disk", describeSpace(s.Disk))
	r.print("failed", strings.Join(s.Failed, ", "))
	r.print("updates", describeUpdates(s))
	if s.Python != nil {
		r.print("python", s.Python.Describe())
	}
	r.print("reboot", s.Reboot)
	for _, job := range s.Jobs {
		r.print("running", "the job "+job)
	}
	r.releases(s.Releases)
}

// backup prints how the backups are. Backups that are off or not good never look well.
func (r rows) backup(c *backup.Condition) {
	if c == nil {
		return
	}
	for _, line := range c.Lines(time.Now()) {
		r.print("backups", line)
	}
}

// instances prints what runs on a platform: one line for each.
func (r rows) instances(c steps.Condition) {
	for _, i := range c.Instances {
		about := i.Process + "  " + i.Name
		if i.State != "" {
			about += ", " + i.State
		}
		r.print("instance", about)
	}
	if c.InstancesReason != "" {
		r.print("instance", "they can't be listed: "+c.InstancesReason)
	}
}

func (r rows) releases(kept []release.Kept) {
	for _, k := range kept {
		about := k.Name + "  since " + moment(k.Served)
		if k.Current {
			about += ", takes the traffic"
		}
		r.print("kept", about)
	}
}

func describeUnit(u steps.UnitCondition) string {
	about := u.Name + " " + u.State
	if !u.Since.IsZero() {
		about += " since " + moment(u.Since)
	}
	switch {
	case u.Memory > 0 && u.Limit > 0:
		about += fmt.Sprintf(", %d of %d MB", u.Memory, u.Limit)
	case u.Memory > 0:
		about += fmt.Sprintf(", %d MB", u.Memory)
	}
	if u.Restarts > 0 {
		about += ", started again " + count(u.Restarts, "time")
	}
	if u.Result != "" {
		about += ", last end: " + u.Result
	}
	return about
}

func describeCertificate(c web.ShownCertificate) string {
	if c.Until.IsZero() {
		return c.Domain + ": " + c.Trouble
	}
	about := fmt.Sprintf("%s: %s left (until %s, by %s)", c.Domain, count(c.Days, "day"), moment(c.Until), c.Issuer)
	if c.Trouble != "" {
		about += "; browsers refuse it: " + c.Trouble
	}
	return about
}

func describeSpace(s steps.Space) string { return fmt.Sprintf("%d of %d MB free", s.Free, s.Total) }

func describeUpdates(s steps.ServerCondition) string {
	pending := "none pending"
	if s.Updates > 0 {
		pending = fmt.Sprintf("%d pending, %d of them for security", s.Updates, s.Security)
	}
	if !s.Listed.IsZero() {
		pending += ", by the lists of " + moment(s.Listed)
	}
	return pending
}

func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// span is a number of seconds in the largest unit that fits.
func span(seconds int) string {
	switch {
	case seconds < 2*60:
		return count(seconds, "second")
	case seconds < 2*60*60:
		return count(seconds/60, "minute")
	case seconds < 48*60*60:
		return count(seconds/60/60, "hour")
	}
	return count(seconds/60/60/24, "day")
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
