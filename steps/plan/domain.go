package plan

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// letsEncrypt is the certificate authority where no other is named.
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// Domains are the names that the app answers to, in the order in which they were
// given and each of them once; none if the server can't have a domain.
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

// Authority is the URL of the certificate authority's ACME directory.
func (p Plan) Authority() string {
	if directory := p.Value(KeyACME); directory != "" {
		return directory
	}
	return letsEncrypt
}

// AuthorityHost is the certificate authority's name as messages give it: "Let's
// Encrypt", else the host of its ACME directory.
func (p Plan) AuthorityHost() string {
	if p.Authority() == letsEncrypt {
		return "Let's Encrypt"
	}
	if u, err := url.Parse(p.Authority()); err == nil {
		return u.Host
	}
	return p.Authority()
}

// TakesDomain tells whether the server can have a domain.
func (p Plan) TakesDomain() bool { return !p.outOfReach() }

// outOfReach tells whether the certificate authority can never reach the server:
// Let's Encrypt does not reach a machine on this computer, and of the platforms only App
// Platform has certificates for domains, by itself.
func (p Plan) outOfReach() bool {
	provider := p.Value(KeyProvider)
	return p.OnPlatform() && !p.onAppPlatform() || (provider == ProviderLocal || provider == "") && p.Authority() == letsEncrypt
}

// CheckDomain refuses a domain that was given by flag or environment for a server
// that no authority can reach. A domain in slipway.toml is no mistake there: it
// is meant for another server.
func (p Plan) CheckDomain() error {
	v := p.Values[KeyDomain]
	if v.Value == "" || !p.outOfReach() || v.From == FromFile || v.From == FromEarlier {
		return nil
	}
	return Usagef("leave it out, or name an authority that can reach it with --acme-directory",
		"--domain (from %s) does not work for a local machine, because Let's Encrypt can't reach a loopback address", v.From)
}

// OmittedDomain is a note about domains that are left out because this server
// can't have a certificate for them; nil if there is nothing to say.
func (p Plan) OmittedDomain() []string {
	if p.Value(KeyDomain) == "" || len(p.Domains()) > 0 {
		return nil
	}
	why := "Let's Encrypt can't reach a machine on this computer"
	if p.Value(KeyProvider) == ProviderHeroku {
		why = "to have Heroku answer to it, type heroku domains:add"
	}
	return []string{"the domain " + strings.ReplaceAll(p.Value(KeyDomain), ListSeparator, ", ") + " is left out: " + why}
}

// WebURL is the plain HTTP URL of a server's address, which may be an IPv6 one.
func WebURL(address string) string {
	if ip := net.ParseIP(address); ip != nil && ip.To4() == nil {
		return "http://[" + address + "]"
	}
	return "http://" + address
}
