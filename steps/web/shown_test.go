package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestLookAtCertificate has a server show a certificate that nobody vouches for.
func TestLookAtCertificate(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	address := server.Listener.Addr().String()
	now := server.Certificate().NotAfter.Add(-36 * time.Hour)
	c := LookAtCertificate(t.Context(), address, "example.com", now)
	if c.Days != 1 || !c.Until.Equal(server.Certificate().NotAfter) || !strings.Contains(c.Trouble, "certificate") {
		t.Errorf("got %+v", c)
	}
	server.Close()
	if c = LookAtCertificate(t.Context(), address, "example.com", now); !strings.HasPrefix(c.Trouble, "there is none to see: ") {
		t.Errorf("of no server: %+v", c)
	}
}
