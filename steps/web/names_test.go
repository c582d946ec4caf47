package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/steps/fact/example"
	"slipway/steps/shell"
)

func TestReadNames(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "a.example.com", "b.example.com")
	for address, kind := range map[string]string{"203.0.113.7": "A", "2001:db8::7": "AAAA", "server.example.net": "CNAME"} {
		p.Address = address
		all := ReadNames(p, "leads-a.example.com here\nleads-b.example.com elsewhere\n")
		if len(all) != 2 || !all[0].Leads || all[1].Leads || all[1].Name != "b.example.com" || all[1].Kind != kind || all[1].Value != address {
			t.Errorf("%+v", all)
		}
	}
}

// TestTakeCertificate keeps the certificate that is good for longer, and none that is broken.
func TestTakeCertificate(t *testing.T) {
	t.Parallel()
	short, long := madeCertificate(t, time.Hour), madeCertificate(t, 48*time.Hour)
	const key = "-----BEGIN PRIVATE"
	public, _, _ := strings.Cut(long, key)
	_, secret, _ := strings.Cut(short, key)
	mixed := public + key + secret
	for name, c := range map[string]struct{ has, comes, keeps string }{
		"none here":  {"", long, long},
		"shorter":    {short, long, long},
		"longer":     {long, short, long},
		"broken":     {"", "no certificate", ""},
		"other key":  {short, mixed, short},
		"none comes": {short, "", short},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "slipway", "certificate.pem")
			if c.has != "" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(c.has), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("sh", "-euc", shell.Script(certificateTakeText, shell.Values{"certificate": path}))
			cmd.Stdin = strings.NewReader(c.comes)
			_ = cmd.Run() // one that is broken is refused
			got, err := os.ReadFile(path)
			if string(got) != c.keeps || (err != nil) != (c.keeps == "") {
				t.Errorf("it keeps %q, %v", got, err)
			}
			if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
				t.Errorf("it leaves %v", left)
			}
		})
	}
}

// madeCertificate is a certificate with its key, as a server keeps it.
func madeCertificate(t *testing.T, good time.Duration) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"a.example.com"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(good)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return "authority https://acme.example.com/directory\n" + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}
