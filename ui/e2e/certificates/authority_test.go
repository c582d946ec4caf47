//go:build linux

package certificates

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"slipway/ui/e2e"
)

// pebble is the version of the ACME server that is tested with.
const pebble = "v2.10.1"

// authorityName is what the server knows the authority by.
const authorityName = "acme.slipway.test"

// authority is a certificate authority of the test's own: Pebble, which sees the
// world through name servers of the test's own too, and in front of it a door in
// the machine's own network, which counts orders and can turn them away.
type authority struct {
	t *testing.T
	// address is the loopback address that its processes have to themselves.
	address string
	// door is what vouches for the door and for Pebble's own doors.
	door certificateAndKey
	// roots is the file of the root that its certificates lead to.
	roots string

	orders  atomic.Int64
	limited atomic.Bool
}

// retryAfter is what the authority answers when it is limited.
const retryAfter = 24 * time.Hour

// newAuthority builds and starts Pebble. It answers nobody yet; see openDoor.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	dir := t.TempDir()
	a := &authority{t: t, address: ownLoopback(t), roots: filepath.Join(dir, "roots.pem")}
	a.door = selfSigned(t, time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour), authorityName, a.address)
	install := exec.Command("go", "install", "github.com/letsencrypt/pebble/v2/cmd/pebble@"+pebble,
		"github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv@"+pebble)
	install.Dir, install.Env = dir, append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install pebble: %v\n%s", err, out)
	}
	write(t, filepath.Join(dir, "cert.pem"), a.door.certificate)
	write(t, filepath.Join(dir, "key.pem"), a.door.key)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": a.address + ":14000", "managementListenAddress": a.address + ":15000",
		"certificate": "cert.pem", "privateKey": "key.pem", "httpPort": 80, "tlsPort": 443,
		"profiles": map[string]any{"default": map[string]any{"description": "ninety days", "validityPeriod": 90 * 24 * 3600}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.json"), config)
	a.start(dir, "pebble-challtestsrv", "-defaultIPv4", "", "-defaultIPv6", "", "-dnsserver", a.address+":8053",
		"-management", a.address+":8055", "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "")
	a.start(dir, "pebble", "-config", "config.json", "-dnsserver", a.address+":8053")
	var root []byte
	e2e.Until(t, "pebble's root", func() bool {
		root, err = a.fetch("https://" + a.address + ":15000/roots/0")
		return err == nil
	})
	write(t, a.roots, root)
	e2e.Until(t, "the authority's name servers", func() bool {
		conn, err := net.Dial("tcp", a.address+":8055")
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return a
}

// start runs a program until the test ends.
func (a *authority) start(dir, name string, args ...string) {
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, filepath.Join(dir, name), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0")
	said, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		a.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() {
		stop()
		cmd.Wait() //nolint:errcheck // it was killed
		said.Close()
		if text, err := os.ReadFile(said.Name()); a.t.Failed() && err == nil {
			a.t.Logf("%s said:\n%s", name, text)
		}
	})
}

// knows has the authority's name servers lead a name to an address.
func (a *authority) knows(name, address string) {
	a.t.Helper()
	a.tell("add-a", fmt.Sprintf(`{"host":"%s.","addresses":["%s"]}`, name, address))
}

func (a *authority) tell(what, body string) {
	a.t.Helper()
	response, err := http.Post("http://"+a.address+":8055/"+what, "application/json", strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s", what, response.Status)
	}
}

func (a *authority) trust() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.door.certificate)
	return &tls.Config{RootCAs: pool, ServerName: authorityName, MinVersion: tls.VersionTLS12}
}

func (a *authority) fetch(url string) ([]byte, error) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: a.trust(), DisableKeepAlives: true}, Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// directory is what --acme-directory is given.
const directory = "https://" + authorityName + ":14000/dir"

// openDoor lets a machine reach the authority at the machine's own loopback
// address, under the authority's name, and trust it. The machine can't reach
// the computer that it runs on.
func (a *authority) openDoor(o *e2e.Operator, name string) {
	a.t.Helper()
	record, err := o.State().Read(name)
	if err != nil {
		a.t.Fatal(err)
	}
	listener := listenWithin(a.t, "/run/netns/"+record.Tag, "127.0.0.1:14000")
	pair, err := tls.X509KeyPair(a.door.certificate, a.door.key)
	if err != nil {
		a.t.Fatal(err)
	}
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			// Its own name stays: what a client signs holds the URL that it asked.
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "https", a.address+":14000", r.In.Host
		},
		Transport: &http.Transport{TLSClientConfig: a.trust()},
	}
	server := &http.Server{Handler: a.doorkeeper(pass), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}}
	done := make(chan error, 1)
	go func() { done <- server.ServeTLS(listener, "", "") }()
	a.t.Cleanup(func() {
		server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			a.t.Errorf("the authority's door: %v", err)
		}
	})
	o.Root(name, "echo '127.0.0.1 "+authorityName+"' >>/etc/hosts\n"+
		"printf '%s' '"+string(a.door.certificate)+"' >/usr/local/share/ca-certificates/authority.crt\nupdate-ca-certificates >/dev/null 2>&1")
}

// doorkeeper counts orders, and answers them as an authority does that was asked
// too much, if it is limited.
func (a *authority) doorkeeper(pass http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/order-plz" {
			pass.ServeHTTP(w, r)
			return
		}
		a.orders.Add(1)
		if !a.limited.Load() {
			pass.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", fmt.Sprint(int(retryAfter.Seconds())))
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many certificates (5) already issued for this exact set of names", "status": 429}`)
	})
}

// listenWithin listens in another network namespace.
func listenWithin(t *testing.T, namespace, address string) net.Listener {
	t.Helper()
	type result struct {
		listener net.Listener
		err      error
	}
	done := make(chan result)
	go func() {
		// Never unlocked: the thread ends with the goroutine, for no other may run
		// in this namespace.
		runtime.LockOSThread()
		file, err := os.Open(namespace)
		if err != nil {
			done <- result{err: err}
			return
		}
		defer file.Close()
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{err: err}
			return
		}
		listener, err := net.Listen("tcp", address)
		done <- result{listener, err}
	}()
	r := <-done
	if r.err != nil {
		t.Fatalf("listen at %s in %s: %v", address, namespace, r.err)
	}
	return r.listener
}

// ownLoopback is a loopback address that nobody else listens at.
func ownLoopback(t *testing.T) string {
	t.Helper()
	for range 20 {
		b := make([]byte, 2)
		if _, err := rand.Read(b); err != nil {
			t.Fatal(err)
		}
		address := fmt.Sprintf("127.201.%d.%d", b[0], b[1]|1)
		listener, err := net.Listen("tcp", address+":14000")
		if err != nil {
			continue
		}
		listener.Close()
		return address
	}
	t.Fatal("there is no free loopback address")
	return ""
}

type certificateAndKey struct{ certificate, key []byte }

// selfSigned vouches for itself.
func selfSigned(t *testing.T, begins, ends time.Time, names ...string) certificateAndKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]},
		NotBefore: begins, NotAfter: ends, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return certificateAndKey{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
