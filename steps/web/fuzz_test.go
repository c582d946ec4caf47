package web

import (
	"testing"

	"slipway/steps/fact/example"
)

// FuzzCertificate reads what the look at the certificate printed, with the words of a
// certificate authority in it.
func FuzzCertificate(f *testing.F) {
	f.Add("names a.example.com\nends 2000000000\nnow 1700000000\nfine yes\n")
	f.Add("now 1700000000\nuntil 1700000600\nsaid {\"type\": \"urn:ietf:params:acme:error:dns\", \"detail\": \"no \\u001b[2J\"}\n")
	f.Add("until -9223372036854775808\nends 9223372036854775807\nleads-a.example.com elsewhere 203.0.113.9 \x1b\nsaid curl returned with 7\n")
	p := example.WithDomains(example.Plan(f), "a.example.com", "b.example.com")
	f.Fuzz(func(t *testing.T, looked string) {
		c := ReadCertificate(looked)
		c.wanted()
		c.describe(p)
		if err := c.Problem(p); err != nil && c.Covers(p.Domains()) {
			t.Errorf("a certificate that is good is a problem: %v", err)
		}
		for _, note := range c.Notes(p) {
			if len(note) > 10*len(looked)+2000 {
				t.Errorf("%d bytes became %d", len(looked), len(note))
			}
		}
	})
}
