package web

import (
	_ "embed"
	"slices"
	"strings"

	"slipway/providers"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

var (
	//go:embed nameslook.sh
	namesLookText string
	//go:embed certificategive.sh
	certificateGiveText string
	//go:embed certificatetake.sh
	certificateTakeText string
)

// LookNames prints what ReadNames reads: where the app's names lead, as its server sees that.
func LookNames(p plan.Plan) string {
	return shell.Lines(certificateWords(p), shell.Script(namesLookText, shell.Values{"names": sortedNames(p)}))
}

// ReadNames tells of each of the app's names whether it leads to the server, and by which
// record it would.
func ReadNames(p plan.Plan, looked string) []providers.Domain {
	found := shell.SplitLines(looked)
	kind, to := dnsRecord(p.Address)
	var all []providers.Domain
	for _, name := range p.Domains() {
		all = append(all, providers.Domain{Name: name, Kind: kind, Value: strings.TrimSuffix(to, "."), Leads: slices.Contains(found, "leads-"+name+" here")})
	}
	return all
}

// GiveCertificate prints the certificate that nginx has, with its key, which is secret. It
// prints nothing if there is none.
func GiveCertificate() string {
	return shell.Script(certificateGiveText, shell.Values{"certificate": certificatePath})
}

// TakeCertificate gives nginx what GiveCertificate printed on another server, from standard
// input, unless the server's own one is good for longer. nginx does not read it yet.
func TakeCertificate() string {
	return shell.Script(certificateTakeText, shell.Values{"certificate": certificatePath})
}
