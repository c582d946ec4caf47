package ssh

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// operator is somebody with a home folder, and with a server to log in to.
type operator struct {
	t    *testing.T
	home string
	env  map[string]string
	// options are what a provider is made with, apart from Getenv.
	options Options
	sshd    *sshd
}

// sshd is a server that shows host keys and notes who tries to log in.
type sshd struct {
	address string
	port    int
	keys    []ssh.Signer
	logins  chan string // users' names
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t, home: t.TempDir(), env: map[string]string{}, sshd: startSSHD(t)}
	o.env["HOME"] = o.home
	o.options.Host = fmt.Sprintf("root@%s:%d", o.sshd.address, o.sshd.port)
	return o
}

func startSSHD(t *testing.T) *sshd {
	t.Helper()
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{logins: make(chan string, 10)}
	config := &ssh.ServerConfig{PublicKeyCallback: func(c ssh.ConnMetadata, _ ssh.PublicKey) (*ssh.Permissions, error) {
		s.logins <- c.User()
		return nil, errors.New("nobody gets in")
	}}
	for _, key := range []any{edKey, ecKey} {
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		s.keys = append(s.keys, signer)
		config.AddHostKey(signer)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer conn.Close()
				ssh.NewServerConn(conn, config) //nolint:errcheck // everybody hangs up
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		served.Wait()
	})
	at := listener.Addr().(*net.TCPAddr)
	s.address, s.port = at.IP.String(), at.Port
	return s
}

// write puts a file below the operator's ~/.ssh.
func (o *operator) write(name, text string) string {
	o.t.Helper()
	path := filepath.Join(o.home, ".ssh", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

func (o *operator) open() (*Provider, error) {
	options := o.options
	options.Getenv = func(key string) string { return o.env[key] }
	return New(options)
}

func (o *operator) mustOpen() *Provider {
	o.t.Helper()
	p, err := o.open()
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// knows writes known_hosts lines for the server.
func (o *operator) knows(marker string, keys ...ssh.PublicKey) {
	o.t.Helper()
	name := knownhosts.HashHostname(knownhosts.Normalize(net.JoinHostPort(o.sshd.address, fmt.Sprint(o.sshd.port))))
	var lines strings.Builder
	for _, key := range keys {
		fmt.Fprintln(&lines, strings.TrimSpace(marker+" "+knownhosts.Line([]string{name}, key)))
	}
	o.write("known_hosts", lines.String())
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
