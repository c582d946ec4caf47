package moves

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/steps/engine"
	"slipway/ui/e2e"
)

const (
	shopDomain = "shop.slipway.test"
	directory  = "https://acme.slipway.test/directory"
)

// moveDomain has a deployment with two places serve a domain with a certificate, and go back to
// the other place with both. That run is killed while it waits for the DNS record.
func moveDomain(t *testing.T, o *e2e.Operator, name, folder string) {
	t.Helper()
	certificate, roots := madeCertificate(t, o)
	o.Root(name, "umask 077; cat >/etc/slipway/certificate.pem <<'END'\nauthority "+directory+"\n"+certificate+"END")
	first := o.Deploy(folder, "--name", name, "--domain", shopDomain, "--acme-directory", directory)
	if first.URL != "https://"+shopDomain {
		t.Fatalf("with a certificate it is at %s", first.URL)
	}
	waits := func(step string, status engine.Status) bool { return step == "domains" && status == engine.Changing }
	if !o.KillAt(syscall.SIGKILL, waits, "move", name, "--back", "-y") {
		t.Fatal("the move did not wait for the domain")
	}
	if r := o.Must("list"); !strings.Contains(r.Stdout, "the last step of its move is missing") {
		t.Errorf("list says\n%s", r.Stdout)
	}
	there, err := o.State().Read(name)
	failOn(t, err)
	serves := func() {
		t.Helper()
		if status, err := askAt(t, there.Server.Address, roots); err != nil || status != http.StatusOK {
			t.Errorf("%s answers to the domain with %d, %v", there.Server.Address, status, err)
		}
	}
	serves() // before the domain leads there
	o.Root(name, "echo '"+there.Server.Address+" "+shopDomain+"' >>/etc/hosts")
	o.Must("move", name, "--back", "-y")
	serves()
	if now, err := o.State().Read(name); err != nil || now.URL != first.URL || now.Moving != nil || now.Server.Address != there.Server.Address {
		t.Errorf("it is %+v, %v", now, err)
	}
}

// askAt asks a server for the domain's page, whatever that leads to from here.
func askAt(t *testing.T, address string, roots *x509.CertPool) (status int, err error) {
	t.Helper()
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(address, "443"))
		}}}
	response, err := client.Get("https://" + shopDomain)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// madeCertificate is a certificate of the domain with its key, which slipway trusts from now on
// beside those that the system does.
func madeCertificate(t *testing.T, o *e2e.Operator) (text string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	failOn(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{shopDomain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(30 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	failOn(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	failOn(t, err)
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	system, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	failOn(t, err)
	if own, err := os.ReadFile(os.Getenv("SSL_CERT_FILE")); err == nil {
		system = append(system, own...)
	}
	file := filepath.Join(t.TempDir(), "roots.pem")
	failOn(t, os.WriteFile(file, append(system, public...), 0o600))
	o.Env = append(o.Env, "SSL_CERT_FILE="+file)
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(public)
	return string(public) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), roots
}
