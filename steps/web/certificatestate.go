package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

// lookInstalled prints what certificate nginx has. It needs no plan.
const lookInstalled = `if [ -s ` + certificatePath + ` ]; then
  echo "names $(openssl x509 -in ` + certificatePath + ` -noout -ext subjectAltName | tr ',' '\n' | sed -n 's/^ *DNS://p' | paste -s -d ' ')"
  echo "ends $(date -d "$(openssl x509 -in ` + certificatePath + ` -noout -enddate | cut -d= -f2)" +%s)"
  echo "now $(date +%s)"
fi`

// lookCertificate prints what certificate there is and, if it does not do, where
// the names lead and what the authority said. Each line of what it said begins
// with a word of ours.
func lookCertificate(p plan.Plan) string {
	return shell.Lines(
		lookInstalled,
		certificateWords(p),
		`refused=`+acmeState+`/refused`,
		`if fine `+certificatePath+`; then echo "fine yes"; else
  for name in $names; do
    found=$(addresses "$name")
    if here "$name" "$found"; then echo "leads-$name here"; else echo "leads-$name elsewhere $found"; fi
  done
fi
if [ -e $refused ] && [ "$(sed -n 's/^request //p' $refused)" = "$request" ]; then
  sed -n '/^at /p; /^until /p; /^said /p' $refused
  echo "now $(date +%s)"
fi`,
	)
}

// Certificate is what a look found.
type Certificate struct {
	// names are those that it is good for; none without a certificate.
	names []string
	// ends is when it does, and now when it was looked at.
	ends, now time.Time
	// fine is that nothing need be done about it.
	fine bool
	// elsewhere are the names that do not lead to the server, with the addresses
	// that they lead to; looked at only if it is not fine.
	elsewhere map[string][]string
	// refused is what the authority said last; nil if it refused nothing.
	refused *refusal
}

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

// Covers tells whether browsers take it for all of the names.
func (c Certificate) Covers(names []string) bool {
	return len(names) > 0 && len(c.secured(names)) == len(names)
}

// secured are those of the names that it is good for now.
func (c Certificate) secured(names []string) []string {
	if !c.now.Before(c.ends) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(c.names, name) })
}

// days is how many whole days it is still good for.
func (c Certificate) days() int { return int(c.ends.Sub(c.now) / (24 * time.Hour)) }

// describe tells in a few words how it stands.
func (c Certificate) describe(p plan.Plan) string {
	switch {
	case len(p.Domains()) == 0:
		return ""
	case c.Covers(p.Domains()):
		return fmt.Sprintf("%s, until %s", strings.Join(p.Domains(), ", "), c.ends.Format(time.DateOnly))
	case c.refused != nil:
		return "refused by " + p.AuthorityHost()
	}
	return "waits until " + strings.Join(c.astray(p.Domains()), ", ") + " leads here"
}

// astray are those of the names that lead elsewhere, in their order.
func (c Certificate) astray(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := c.elsewhere[name]; return !ok })
}
