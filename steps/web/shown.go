package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// ShownCertificate is the certificate that a server shows to whoever connects, and what
// a browser would say about it.
type ShownCertificate struct {
	// Domain is the name that was asked for.
	Domain string `json:"domain"`
	// Until is when it ends, Days how many whole days are left.
	Until time.Time `json:"until,omitzero"`
	Days  int       `json:"days"`
	// Issuer is who signed it.
	Issuer string `json:"issuer,omitempty"`
	// Trouble is why a browser would not accept it, or why there is none; empty if a
	// browser would accept it.
	Trouble string `json:"trouble,omitempty"`
}

// LookAtCertificate asks the server at an address, HOST:PORT, for the certificate of a
// domain, for ten seconds at most. There is no error: what went wrong is Trouble.
func LookAtCertificate(ctx context.Context, address, domain string, now time.Time) ShownCertificate {
	c := ShownCertificate{Domain: domain}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var shown []*x509.Certificate
	dialer := tls.Dialer{Config: &tls.Config{ServerName: domain, MinVersion: tls.VersionTLS12,
		// It is checked below, so that a bad one is shown too.
		InsecureSkipVerify: true, //nolint:gosec // the certificate is looked at, nothing is sent
		VerifyConnection: func(state tls.ConnectionState) error {
			shown = state.PeerCertificates
			return nil
		}}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		conn.Close()
	}
	if err == nil && len(shown) == 0 {
		err = errors.New("the server shows none")
	}
	if err != nil {
		c.Trouble = fmt.Sprintf("there is none to see: %v", err)
		return c
	}
	leaf, others := shown[0], x509.NewCertPool()
	for _, cert := range shown[1:] {
		others.AddCert(cert)
	}
	c.Until, c.Issuer = leaf.NotAfter.UTC(), leaf.Issuer.CommonName
	c.Days = int(leaf.NotAfter.Sub(now).Hours() / 24)
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: domain, Intermediates: others, CurrentTime: now}); err != nil {
		c.Trouble = err.Error()
	}
	return c
}
