package fakeheroku

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/creack/pty"
)

// attachment is a one-off dyno that waits for who attaches to it.
type attachment struct {
	app  *app
	live *live
	dyno *dyno
	tty  bool
	conn chan net.Conn
}

// attachWithin is how long an attached dyno waits.
const attachWithin = time.Minute

// CAFile is the certificate, in PEM, by which a client trusts the rendezvous.
func (h *Heroku) CAFile() string { return h.folder("rendezvous.pem") }

func (h *Heroku) keyFile() string { return h.folder("rendezvous.key") }

// openRendezvous listens for those who attach to a dyno, by TLS with a certificate of its
// own.
func (h *Heroku) openRendezvous() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "simulated rendezvous"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(h.keyFile(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(h.CAFile(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(h.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	h.rendezvous = tls.NewListener(listener, settings)
	context.AfterFunc(h.ctx, func() { _ = listener.Close() })
	h.work.Go(func() {
		for {
			connection, err := h.rendezvous.Accept()
			if err != nil {
				return
			}
			h.work.Go(func() { h.meet(connection) })
		}
	})
	return nil
}

// attach lets a dyno wait for who knows the secret of its address.
func (h *Heroku) attach(a *app, l *live, d *dyno, tty bool) {
	secret := strings.ReplaceAll(h.nextID(), "-", "")
	port := h.rendezvous.Addr().(*net.TCPAddr).Port
	d.attachURL = "rendezvous://127.0.0.1:" + strconv.Itoa(port) + "/" + secret
	at := &attachment{app: a, live: l, dyno: d, tty: tty, conn: make(chan net.Conn)}
	if !h.faults.NoAttach {
		h.secrets[secret] = at
	}
	h.spawn(l, func() {
		defer h.leave(l, d)
		select {
		case connection := <-at.conn:
			defer func() { _ = connection.Close() }() // the dyno has ended
			h.runAttached(at, connection)
		case <-time.After(attachWithin):
			l.logs.heroku(d.Name, "Error R13 (Attach error) -> Failed to attach to process")
		case <-d.ctx.Done():
		}
	})
}

// meet reads the secret and hands the connection to the dyno that waits for it.
func (h *Heroku) meet(connection net.Conn) {
	_ = connection.SetReadDeadline(time.Now().Add(10 * time.Second)) // if it fails, so does the read
	in := bufio.NewReader(io.LimitReader(connection, 256))
	line, err := in.ReadString('\n')
	h.mu.Lock()
	secret := strings.TrimSpace(line)
	at := h.secrets[secret]
	delete(h.secrets, secret)
	h.mu.Unlock()
	if err != nil || at == nil {
		_ = connection.Close()
		return
	}
	_ = connection.SetReadDeadline(time.Time{}) // if it fails, so do later reads
	early, _ := in.Peek(in.Buffered())
	select {
	case at.conn <- &begun{connection, early}:
	case <-at.dyno.ctx.Done():
		_ = connection.Close()
	}
}

// begun is a connection of which a part was read already.
type begun struct {
	net.Conn
	early []byte
}

// Read returns what was read already first.
func (b *begun) Read(p []byte) (int, error) {
	if len(b.early) > 0 {
		n := copy(p, b.early)
		b.early = b.early[n:]
		return n, nil
	}
	return b.Conn.Read(p)
}

// runAttached runs the dyno with the connection for its terminal, or for its input and
// output. It ends when the other side goes.
func (h *Heroku) runAttached(at *attachment, connection net.Conn) {
	l, d := at.live, at.dyno
	defer func() { _ = os.RemoveAll(h.dynoFolder(at.app, d)) }() // what is left is in the way of nothing
	if _, err := io.WriteString(connection, "rendezvous\r\n"); err != nil {
		return
	}
	cmd, err := h.command(at.app, d)
	if err != nil {
		l.logs.heroku(d.Name, "Error: %v", err)
		return
	}
	hard, kill := context.WithCancel(l.ctx)
	defer kill()
	l.logs.heroku(d.Name, "Starting process with command `%s`", d.Command)
	if at.tty {
		status, err := h.runInTerminal(hard, kill, d, l, cmd, connection)
		if err != nil {
			l.logs.heroku(d.Name, "Error: %v", err)
		}
		l.logs.heroku(d.Name, "Process exited with status %d", status)
		return
	}
	in, out, err := os.Pipe()
	if err != nil {
		l.logs.heroku(d.Name, "Error: %v", err)
		return
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, connection, connection
	go func() {
		ended := feed(out, connection)
		_ = out.Close()
		if ended {
			_, _ = io.Copy(io.Discard, connection) // until the client goes
		}
		kill()
	}()
	status := h.execute(d.ctx, hard, cmd, func() { _ = in.Close(); h.turn(l, d, up) })
	l.logs.heroku(d.Name, "Process exited with status %d", status)
}

// endOfInput is what a client sends when its own input has ended.
const endOfInput = 4

// feed passes input on until the character that ends it. ended is false if the client
// went before.
func feed(program io.Writer, connection io.Reader) (ended bool) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := connection.Read(buffer)
		input, over := bytes.CutSuffix(buffer[:n], []byte{endOfInput})
		_, broken := program.Write(input)
		if broken != nil || over {
			return true // a program that reads no more may go on
		}
		if err != nil {
			return false
		}
	}
}

// terminal is what the client's COLUMNS and LINES say.
func (d *dyno) terminal() *pty.Winsize {
	number := func(name string, usual uint16) uint16 {
		n, err := strconv.ParseUint(d.env[name], 10, 16)
		if err != nil || n == 0 {
			return usual
		}
		return uint16(n)
	}
	return &pty.Winsize{Cols: number("COLUMNS", 80), Rows: number("LINES", 24)}
}
