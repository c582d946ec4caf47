package plan

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// letsEncrypt is the certificate authority where no other is named.
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// Domains are the names that the app answers to, the first one first.
func (p Plan) Domains() []string {
	if p.Value(KeyDomain) == "" || p.outOfReach() {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(p.Value(KeyDomain), ListSeparator) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Authority is the ACME directory of the certificate authority.
func (p Plan) Authority() string {
	if directory := p.Value(KeyACME); directory != "" {
		return directory
	}
	return letsEncrypt
}

// AuthorityHost is what people know the certificate authority by.
func (p Plan) AuthorityHost() string {
	if p.Authority() == letsEncrypt {
		return "Let's Encrypt"
	}
	if u, err := url.Parse(p.Authority()); err == nil {
		return u.Host
	}
	return p.Authority()
}

// outOfReach tells whether no public authority could ever see the server.
func (p Plan) outOfReach() bool {
	provider := p.Value(KeyProvider)
	return (provider == ProviderLocal || provider == "") && p.Authority() == letsEncrypt
}

// CheckDomain refuses a domain for a server that no authority can reach, if it
// was asked for by name: one in slipway.toml is meant for another server.
func (p Plan) CheckDomain() error {
	v := p.Values[KeyDomain]
	if v.Value == "" || !p.outOfReach() || v.From == FromFile || v.From == FromEarlier {
		return nil
	}
	return Usagef("leave it out, or name an authority that can reach it with --acme-directory",
		"--domain (from %s) can't be had for a local machine, because Let's Encrypt can't reach a loopback address", v.From)
}

// OmittedDomain tells of a domain that this server can't have.
func (p Plan) OmittedDomain() []string {
	if p.Value(KeyDomain) == "" || len(p.Domains()) > 0 {
		return nil
	}
	return []string{"the domain " + strings.ReplaceAll(p.Value(KeyDomain), ListSeparator, ", ") +
		" is left out: Let's Encrypt can't reach a machine on this computer"}
}

// WebURL is where an address serves the web.
func WebURL(address string) string {
	if ip := net.ParseIP(address); ip != nil && ip.To4() == nil {
		return "http://[" + address + "]"
	}
	return "http://" + address
}
