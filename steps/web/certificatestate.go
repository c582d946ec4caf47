package web

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

var (
	//go:embed certificateinstalled.sh
	certificateInstalledText string
	//go:embed certificatelook.sh
	certificateLookText string
)

// lookInstalled prints which certificate nginx has. It needs no plan.
var lookInstalled = shell.Script(certificateInstalledText, shell.Values{"certificate": certificatePath})

// lookCertificate prints what ReadCertificate reads: which certificate nginx has and,
// if the server needs another, where the names lead and what the authority said.
func lookCertificate(p plan.Plan) string {
	return shell.Lines(
		lookInstalled,
		certificateWords(p),
		shell.Bounds(),
		shell.Script(certificateLookText, shell.Values{"certificate": certificatePath, "names": sortedNames(p),
			"request": certificateRequest(p), "refused": acmeState + "/refused", "user": acmeUser}),
	)
}

// Certificate is what the look found: the certificate that nginx has, and what keeps
// the server from having a better one.
type Certificate struct {
	// names are those that it is for; empty if there is no certificate.
	names []string
	// ends is when it ends, by the server's clock, and now when that was looked at.
	ends, now time.Time
	// fine is true if it is of the names and the authority that are wanted, and not in
	// the last third of its time.
	fine bool
	// elsewhere has each name that does not lead to the server, with the addresses that
	// it leads to; it is filled only if the certificate is not fine.
	elsewhere map[string][]string
	// refused is what the authority said last; nil if it refused nothing since the last
	// certificate came.
	refused *refusal
}

// ReadCertificate reads what the look of Certify or Proxy printed.
func ReadCertificate(looked string) Certificate {
	f := shell.Fields(looked)
	c := Certificate{names: strings.Fields(f["names"]), ends: unixTime(f["ends"]), now: unixTime(f["now"]),
		fine: f["fine"] == "yes", elsewhere: map[string][]string{}}
	for key, value := range f {
		name, leads := strings.CutPrefix(key, "leads-")
		if addresses, ok := strings.CutPrefix(value, "elsewhere"); leads && ok {
			c.elsewhere[name] = strings.Fields(addresses)
		}
	}
	if f["until"] == "" || c.fine {
		return c
	}
	var said []string
	for line := range strings.Lines(looked) {
		if words, ok := strings.CutPrefix(line, "said "); ok {
			said = append(said, strings.TrimRight(words, "\r\n"))
		}
	}
	c.refused = readRefusal(said, unixTime(f["until"]))
	return c
}

// unixTime is the zero time if the text is no number of seconds.
func unixTime(seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// wanted tells whether the authority should be asked now.
func (c Certificate) wanted() bool {
	waits := c.refused != nil && c.now.Before(c.refused.until)
	return !c.fine && !waits && len(c.elsewhere) == 0
}

// Covers tells whether browsers accept it for all of the names. It is false if there
// are no names.
func (c Certificate) Covers(names []string) bool {
	return len(names) > 0 && len(c.secured(names)) == len(names)
}

// secured are those of the names that browsers accept it for now.
func (c Certificate) secured(names []string) []string {
	if !c.now.Before(c.ends) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(c.names, name) })
}

// days is how many whole days it is still good for.
func (c Certificate) days() int { return int(c.ends.Sub(c.now) / (24 * time.Hour)) }

// describe tells in a few words what there is, or what the server waits for.
func (c Certificate) describe(p plan.Plan) string {
	switch {
	case len(p.Domains()) == 0:
		return ""
	case c.Covers(p.Domains()):
		return fmt.Sprintf("%s, until %s", strings.Join(p.Domains(), ", "), c.ends.Format(time.DateOnly))
	case c.refused != nil:
		return "refused by " + p.AuthorityHost()
	}
	return "waits until " + strings.Join(c.leadElsewhere(p.Domains()), ", ") + " leads here"
}

// leadElsewhere are those of the names that do not lead to the server, in their
// order.
func (c Certificate) leadElsewhere(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := c.elsewhere[name]; return !ok })
}
