package web

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/plan"
)

// refusal is what a certificate authority said instead of giving a certificate.
type refusal struct {
	// kind is the last word of the problem document's type: "rateLimited". It is
	// empty if there was no such document.
	kind string
	// detail is the authority's own sentence or, without one, the last line that the
	// client printed.
	detail string
	// until is when the server asks again.
	until time.Time
}

var (
	problemType   = regexp.MustCompile(`urn:ietf:params:acme:error:([A-Za-z]+)`)
	problemDetail = regexp.MustCompile(`"detail"\]?\s*:?\s*"((?:[^"\\]|\\.)*)"`)
	curlFailed    = regexp.MustCompile(`Problem connecting to server .*curl returned with ([0-9]+)`)
)

// readRefusal finds the problem document (RFC 8555, 6.7) in the lines that the client
// printed: as JSON, or in the client's own form, a line for each value.
func readRefusal(said []string, until time.Time) *refusal {
	text := strings.Join(said, "\n")
	r := &refusal{until: until}
	if m := problemType.FindStringSubmatch(text); m != nil {
		r.kind = m[1]
	}
	if m := problemDetail.FindStringSubmatch(text); m != nil {
		r.detail = plainWords(m[1])
		return r
	}
	if m := curlFailed.FindStringSubmatch(text); m != nil {
		r.kind, r.detail = "unreachable", "it can't be reached from the server (curl's error "+m[1]+")"
		return r
	}
	for _, line := range said {
		if line = strings.TrimSpace(line); line != "" {
			r.detail = strings.TrimPrefix(line, "ERROR: ")
		}
	}
	return r
}

// plainWords undoes JSON's escapes and drops control characters, which a terminal
// would obey.
func plainWords(escaped string) string {
	text, err := strconv.Unquote(`"` + escaped + `"`)
	if err != nil {
		text = escaped
	}
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}

// next is what a person can do about the refusal.
func (r *refusal) next(names []string, address string) string {
	switch r.kind {
	case "rateLimited":
		return "nothing need be done: it got too many requests lately, and each further one makes the wait longer"
	case "dns":
		return "check that the name servers of " + strings.Join(names, ", ") + " answer everybody, without a DNSSEC error"
	case "caa":
		return "the domain's CAA record names the authorities that may give certificates: add this authority to it, or remove the record"
	case "connection", "unauthorized", "incorrectResponse", "tls":
		return fmt.Sprintf("check that http://%s leads to %s for the whole world, and that no firewall closes port 80", names[0], address)
	case "rejectedIdentifier", "unsupportedIdentifier", "malformed":
		return "choose another --domain: the authority gives no certificate for this one"
	case "invalidContact", "unsupportedContact":
		return "give another --email, or --email '' for none"
	case "externalAccountRequired", "userActionRequired":
		return "choose an --acme-directory that needs no account made elsewhere"
	case "unreachable":
		return "check that the --acme-directory is right, and that the server can reach it"
	}
	return "read what it says; on the server, journalctl -u " + certificateUnit + " shows more"
}

// dnsRecord is the record that leads a name to an address: its type, and where
// it points.
func dnsRecord(address string) (kind, to string) {
	switch ip := net.ParseIP(address); {
	case ip == nil:
		return "CNAME", address
	case ip.To4() == nil:
		return "AAAA", address
	}
	return "A", address
}

// waits says which DNS records are missing for the names that do not lead here yet.
func (c Certificate) waits(p plan.Plan) []string {
	var notes []string
	kind, to := dnsRecord(p.Address)
	for _, name := range c.leadElsewhere(p.Domains()) {
		note := fmt.Sprintf("%s does not lead to this server yet: it needs the DNS record %s %s → %s", name, kind, name, to)
		if at := c.elsewhere[name]; len(at) > 0 {
			note += " and none for another server; now it leads to " + strings.Join(at, ", ")
		}
		notes = append(notes, note)
	}
	if len(notes) > 0 && !c.Covers(p.Domains()) {
		notes = append(notes, "until these records are visible everywhere, the app answers over plain HTTP; the server checks every ten minutes, "+
			"then obtains its certificate and switches to HTTPS by itself")
	}
	return notes
}

// Problem is the authority's refusal if there is no certificate because of it; nil if
// there is one, or if the server only waits for DNS. It is a *providers.Failed.
func (c Certificate) Problem(p plan.Plan) error {
	if len(p.Domains()) == 0 || c.Covers(p.Domains()) || c.refused == nil {
		return nil
	}
	return &providers.Failed{
		Err: fmt.Errorf("%s gave no certificate for %s: %s; the app is up at %s, and the server asks again after %s",
			p.AuthorityHost(), strings.Join(p.Domains(), ", "), c.refused.detail, plan.WebURL(p.Address), inUTC(c.refused.until)),
		Next: c.refused.next(p.Domains(), p.Address),
	}
}

// Notes say what a person should know though the run succeeds: names that do not lead
// here yet, or a renewal that was refused.
func (c Certificate) Notes(p plan.Plan) []string {
	switch {
	case len(p.Domains()) == 0:
		return nil
	case c.refused != nil && c.Covers(p.Domains()):
		return []string{fmt.Sprintf("%s did not renew the certificate: %s; it is good for %d more days, and the server asks again after %s",
			p.AuthorityHost(), c.refused.detail, c.days(), inUTC(c.refused.until))}
	}
	return c.waits(p)
}

// inUTC is a time as people read it: "2026-01-31 10:20 UTC".
func inUTC(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }
