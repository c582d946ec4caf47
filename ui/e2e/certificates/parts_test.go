//go:build linux

package certificates

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"slipway/ui/e2e"
)

// dialAt connects to the same port of a host, whatever was asked for.
func dialAt(dialer *net.Dialer, host string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, network, net.JoinHostPort(host, port))
	}
}

// leadNowhere: the run succeeds, says which records to make, and asks nobody.
func leadNowhere(t *testing.T, s *site) {
	r := s.deploy(app, www)
	s.wantURL(r, "http://"+s.host)
	for _, want := range []string{"it needs the DNS record A " + app + " → " + s.host, "it needs the DNS record A " + www + " → " + s.host} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("it does not say %q:\n%s", want, r.Stderr)
		}
	}
	s.wantPlain()
	if asked := s.authority.orders.Load(); asked != 0 {
		t.Errorf("the authority was asked %d times", asked)
	}
	if again := s.deploy(); again.Code != 0 || !strings.Contains(again.Stderr, "no changes") {
		t.Errorf("while it waits another run has something to do: exit %d\n%s", again.Code, again.Stderr)
	}
}

// often has the server's timer fire every second, as time itself would twice a
// day.
const often = `mkdir -p /run/systemd/system/slipway-certificate.timer.d
printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nAccuracySec=100ms\nRandomizedDelaySec=0\n' >/run/systemd/system/slipway-certificate.timer.d/often.conf
systemctl daemon-reload; systemctl restart slipway-certificate.timer`

const seldom = `rm -r /run/systemd/system/slipway-certificate.timer.d
systemctl daemon-reload; systemctl restart slipway-certificate.timer`

// soon has the unit that waits look again after a second, not ten minutes.
const soon = `mkdir -p /run/systemd/system/slipway-certificate.service.d
printf '[Service]\nRestartSec=1\n' >/run/systemd/system/slipway-certificate.service.d/soon.conf
systemctl daemon-reload; systemctl stop slipway-certificate.service; systemctl start slipway-certificate.service || :`

const late = `rm -r /run/systemd/system/slipway-certificate.service.d; systemctl daemon-reload`

// goesOver: once the names lead there the server needs nobody.
func goesOver(t *testing.T, s *site) {
	s.Root("hello", soon)
	s.authority.knows(app, s.host)
	s.authority.knows(www, s.host)
	s.resolve(app, www)
	e2e.Until(t, "https://"+app, func() bool {
		_, err := s.handshake(app, nil)
		return err == nil
	})
	s.Root("hello", late)
	r := s.deploy()
	s.wantURL(r, "https://"+app)
	if !strings.Contains(r.Stderr, "no changes") {
		t.Errorf("a run after the server went over has something to do:\n%s", r.Stderr)
	}
}

// givenUp: without a domain there is no certificate, no timer, and no HTTPS.
func givenUp(t *testing.T, s *site) {
	s.wantURL(s.deploy(""), "http://"+s.host)
	s.wantPlain()
	left := s.Root("hello", `ls -d /etc/slipway/certificate.pem /var/lib/slipway-acme /etc/systemd/system/slipway-certificate.* 2>/dev/null || :
systemctl list-timers --all --no-legend 'slipway-certificate*'; getent passwd slipway-acme || :`)
	if left != "" {
		t.Errorf("this was left:\n%s", left)
	}
}

// wantRefused fails the test unless a run ends with exit code 1 and these words,
// the app is up, and another run says the same without asking again.
func (s *site) wantRefused(r e2e.Result, words ...string) {
	s.t.Helper()
	asked := s.authority.orders.Load()
	for _, run := range []e2e.Result{r, s.deploy()} {
		if run.Code != 1 {
			s.t.Fatalf("exit %d, want 1\n%s", run.Code, run.Stderr)
		}
		for _, word := range words {
			if !strings.Contains(run.Stderr, word) {
				s.t.Errorf("it does not say %q:\n%s", word, run.Stderr)
			}
		}
	}
	if again := s.authority.orders.Load(); again != asked || asked == 0 {
		s.t.Errorf("the authority was asked %d times, and %d times after another run", asked, again)
	}
	s.wantPlain()
}

// refused: the names lead there for the server, but not for the authority.
func refused(_ *testing.T, s *site) {
	s.authority.tell("clear-a", `{"host":"`+app+`."}`)
	s.authority.tell("clear-a", `{"host":"`+www+`."}`)
	s.wantRefused(s.deploy(app, www), "gave no certificate for "+app+", "+www, "could not resolve", "the app is up at http://"+s.host, "the server asks again after")
}

// limited: an authority that says when to come back is not asked before.
func limited(_ *testing.T, s *site) {
	s.authority.limited.Store(true)
	defer s.authority.limited.Store(false)
	day := time.Now().UTC().Add(retryAfter).Format(time.DateOnly)
	r := s.deploy(app)
	s.wantRefused(r, "too many certificates (5) already issued", "asks again after "+day, "hint: nothing need be done")
}

// obtained: a valid chain, HTTP/2, redirects, and nothing for other names.
func obtained(t *testing.T, s *site) {
	s.authority.knows(app, s.host)
	s.authority.knows(www, s.host)
	s.wantURL(s.deploy(app, www), "https://"+app)
	for _, name := range []string{app, www} {
		got := s.get("https://" + name + "/")
		if got.status != "200 OK" || got.protocol != "HTTP/2.0" || !strings.Contains(got.body, "Hello") {
			t.Errorf("https://%s: %+v", name, got)
		}
		if got := got.header.Get("Strict-Transport-Security"); got != "max-age=63072000" {
			t.Errorf("Strict-Transport-Security: %q", got)
		}
		s.wantRedirect("http://"+name+"/a?b=c", "https://"+name+"/a?b=c")
	}
	s.wantRedirect("http://"+s.host+"/a", "https://"+app+"/a")
	if _, err := s.handshake("other.slipway.test", nil); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Errorf("a handshake for another name: %v", err)
	}
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if _, err := s.handshake(app, old); err == nil {
		t.Error("TLS 1.1 is taken")
	}
	status := s.Must("status", "hello").Stdout
	if !strings.Contains(status, "https://"+app) {
		t.Errorf("the status is\n%s", status)
	}
	if mode := s.Root("hello", "stat -c '%a %U' /etc/slipway/certificate.pem"); mode != "600 root" {
		t.Errorf("the key is %s", mode)
	}
}

func (s *site) wantRedirect(from, to string) {
	s.t.Helper()
	got := s.get(from)
	if at := got.header.Get("Location"); got.status != "301 Moved Permanently" || at != to {
		s.t.Errorf("%s: %s to %q, want %s", from, got.status, at, to)
	}
}

func nothingToDo(t *testing.T, s *site) {
	asked := s.authority.orders.Load()
	d := s.Deploy(s.args[1:]...)
	if d.Changed || d.RoundTrips != 1 || d.URL != "https://"+app {
		t.Errorf("%+v", d.Outcome)
	}
	if again := s.authority.orders.Load(); again != asked {
		t.Errorf("the authority was asked again")
	}
	t.Logf("a run with nothing to do: %.2f s", d.Seconds)
}

// renewed: a certificate in the last third of its time is replaced by the
// server's own timer, while nobody runs slipway.
func renewed(t *testing.T, s *site) {
	if got := s.Root("hello", "systemctl is-enabled slipway-certificate.timer; systemctl is-active slipway-certificate.timer"); got != "enabled\nactive" {
		t.Fatalf("the timer is %s", got)
	}
	old := selfSigned(t, time.Now().Add(-80*24*time.Hour), time.Now().Add(10*24*time.Hour), app, www)
	s.Root("hello", `cd /var/lib/slipway-acme
{ grep '^authority ' site.pem; printf '%s' '`+string(old.certificate)+string(old.key)+`'; } >old.pem
chown slipway-acme:slipway-acme old.pem; cp old.pem /etc/slipway/certificate.pem; mv old.pem site.pem
systemctl reload nginx`)
	e2e.Until(t, "the old certificate", func() bool {
		_, err := s.handshake(app, nil)
		return err != nil
	})
	s.Root("hello", often)
	var state tls.ConnectionState
	e2e.Until(t, "the new certificate", func() bool {
		var err error
		state, err = s.handshake(app, nil)
		return err == nil
	})
	s.Root("hello", seldom)
	if left := time.Until(state.PeerCertificates[0].NotAfter); left < 80*24*time.Hour {
		t.Errorf("the new certificate is good for %s", left)
	}
	if d := s.Deploy(s.args[1:]...); d.Changed {
		t.Error("after a renewal another run has something to do")
	}
}

// nameLess: other names, another certificate.
func nameLess(t *testing.T, s *site) {
	s.wantURL(s.deploy(www), "https://"+www)
	state, err := s.handshake(www, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(state.PeerCertificates[0].DNSNames, " "); got != www {
		t.Errorf("the certificate is of %s", got)
	}
	if _, err := s.handshake(app, nil); err == nil {
		t.Error("the name that was given up still answers")
	}
}
