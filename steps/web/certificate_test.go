package web

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

func TestCertificateDecides(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "b.example.com", "a.example.com")
	written := example.Unit(certificateUnit+".timer", "active", "enabled") + "user " + acmeUser + "\n"
	for _, f := range certificateFiles(p) {
		written += shell.Sum(f.Content) + "  " + f.Path + "\n" + f.Mode + " root:root " + f.Path + "\n"
	}
	const (
		good   = "names a.example.com b.example.com\nends 2000\nnow 1000\n"
		ask    = "ask Let's Encrypt for a certificate of b.example.com, a.example.com"
		toldIt = "at 900\nuntil 1500\nsaid ERROR: no\nnow 1000\n"
	)
	for name, c := range map[string]struct {
		plan   plan.Plan
		looked string
		want   string // what the last change is, or nothing
		detail string
	}{
		"fine":        {p, written + good + "fine yes\n", "", "b.example.com, a.example.com, until 1970-01-01"},
		"none yet":    {p, written + "leads-a.example.com here\nleads-b.example.com here\n", ask, ""},
		"old":         {p, written + good + "leads-a.example.com here\nleads-b.example.com here\n", ask, "b.example.com, a.example.com, until 1970-01-01"},
		"one astray":  {p, written + "leads-a.example.com elsewhere 192.0.2.1\nleads-b.example.com here\n", "", "waits until a.example.com leads here"},
		"one nowhere": {p, written + "leads-a.example.com here\nleads-b.example.com elsewhere \n", "", "waits until b.example.com leads here"},
		"refused":     {p, written + "leads-a.example.com here\n" + toldIt, "", "refused by Let's Encrypt"},
		"refused long ago": {p, written + "leads-a.example.com here\n" + strings.Replace(toldIt, "now 1000", "now 1500", 1), ask,
			"refused by Let's Encrypt"},
		"no timer":   {p, strings.Replace(written, "=active", "=inactive", 1) + good + "fine yes\n", "start the timer that renews the certificate", ""},
		"no user":    {p, strings.Replace(written, "user "+acmeUser, "user ", 1) + good + "fine yes\n", "make the user slipway-acme", ""},
		"not looked": {p, "", ask, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := fact.View{Plan: c.plan, System: example.System(), Looked: c.looked}
			got := ""
			if changes := Certify.Decide(v); len(changes) > 0 {
				got = changes[len(changes)-1].What
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if detail := Certify.Detail(v); c.detail != "" && detail != c.detail {
				t.Errorf("described as %q, want %q", detail, c.detail)
			}
		})
	}
}

// TestDomainGivenUp has no step of a certificate without a domain, and removes
// what an earlier one left.
func TestDomainGivenUp(t *testing.T) {
	p := example.Plan(t)
	for looked, want := range map[string]bool{"": false, "644 root:root " + certificateTimer().Path + "\n": true} {
		v := fact.View{Plan: p, System: example.System(), Looked: looked}
		removes := func(c providers.Change) bool { return c.What == "remove the certificate and its timer" }
		if got := slices.ContainsFunc(Proxy.Decide(v), removes); got != want || strings.Contains(Proxy.Script(v), "userdel") != want {
			t.Errorf("looked %q: removed %t, want %t", looked, got, want)
		}
	}
}

// TestWhichSite tells what nginx reads as a certificate comes, ends and covers
// less than all names.
func TestWhichSite(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "a.example.com", "b.example.com")
	for name, c := range map[string]struct {
		looked      string
		secure      bool
		secured     string
		unprotected bool
	}{
		"none":     {"", false, "", true},
		"all":      {"names a.example.com b.example.com\nends 2\nnow 1\n", true, "a.example.com b.example.com", false},
		"more":     {"names a.example.com b.example.com c.example.com\nends 2\nnow 1\n", true, "a.example.com b.example.com", false},
		"one":      {"names b.example.com\nends 2\nnow 1\n", false, "b.example.com", true},
		"run out":  {"names a.example.com b.example.com\nends 2\nnow 2\n", false, "", true},
		"others'":  {"names c.example.com\nends 2\nnow 1\n", false, "", true},
		"no names": {"names \nends 2\nnow 1\n", false, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			sites, current := sitesOf(fact.View{Plan: p, System: example.System(), Looked: c.looked})
			want := siteFile(p)
			if c.secure {
				want = secureSiteFile(p)
			}
			if current != want || sites[0].Path != want {
				t.Fatalf("nginx reads %s (%s is written), want %s", current, sites[0].Path, want)
			}
			text := sites[0].Content
			if c.secured != "" != strings.Contains(text, "listen 443 ssl;") {
				t.Errorf("HTTPS is not as it should be:\n%s", text)
			}
			if c.secured != "" && strings.Count(text, "server_name "+c.secured+";") != 2 {
				t.Errorf("%s is not what is secured:\n%s", c.secured, text)
			}
			if plain := strings.Count(text, "location @app ") > strings.Count(text, "ssl_certificate "); plain != c.unprotected {
				t.Errorf("the app is served over HTTP: %t, want %t\n%s", plain, c.unprotected, text)
			}
		})
	}
}

// TestListenHTTPS knows the words of each system's nginx.
func TestListenHTTPS(t *testing.T) {
	for _, c := range []struct {
		system fact.System
		want   string
	}{
		{fact.System{ID: "debian", Version: "13"}, "listen 443 ssl default_server;\nhttp2 on;\n"},
		{fact.System{ID: "debian", Version: "12"}, "listen 443 ssl http2 default_server;\n"},
		{fact.System{ID: "ubuntu", Version: "24.04"}, "listen 443 ssl http2 default_server;\n"},
		{fact.System{ID: "debian", Version: "13", IPv6: true}, "listen 443 ssl default_server;\nlisten [::]:443 ssl default_server;\nhttp2 on;\n"},
	} {
		if got := listenHTTPS(c.system, " default_server"); got != c.want {
			t.Errorf("%+v: %q, want %q", c.system, got, c.want)
		}
	}
}

// TestWhereNamesLead has a real shell decide, with name servers of the test's own.
func TestWhereNamesLead(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "a.example.com")
	const world = `
getent() {
  case $* in
  *203.0.113.7) echo "203.0.113.7 STREAM";;
  "-s dns ahosts mine") echo "203.0.113.7 STREAM mine"; echo "203.0.113.7 DGRAM";;
  "-s dns ahosts both") echo "203.0.113.7 STREAM"; echo "2001:db8::7 STREAM";;
  "-s dns ahosts inside") echo "10.0.0.7 STREAM";;
  "-s dns ahosts stale") echo "203.0.113.7 STREAM"; echo "2001:db8::9 STREAM";;
  "-s dns ahosts other"|"-s dns ahosts proxied") echo "192.0.2.1 STREAM";;
  "ahosts file") echo "203.0.113.7 STREAM";;
  *) return 2;;
  esac
}
timeout() { shift; "$@"; }
hostname() { echo "10.0.0.7 2001:db8::7 "; }
curl() { case $* in *http://proxied/*) printf '%s' "$identity";; *http://other/*) echo "<html>";; *) return 7;; esac; }
for name in mine both inside stale other proxied file nowhere; do
  found=$(addresses "$name")
  if here "$name" "$found"; then echo "$name here"; else echo "$name elsewhere $found"; fi
done`
	cmd := exec.Command("sh", "-eu")
	cmd.Stdin = strings.NewReader(shell.Lines(certificateWords(p), world))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "mine here\nboth here\ninside here\nstale elsewhere 2001:db8::9 203.0.113.7\nother elsewhere 192.0.2.1\n" +
		"proxied here\nfile here\nnowhere elsewhere \n"
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestRefusals(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "a.example.com", "b.example.com")
	for name, c := range map[string]struct {
		said, kind, detail, next string
	}{
		"asked too much": {`  + ERROR: An error occurred while sending post-request to https://acme/order (Status 429)

Details:
HTTP/2 429
retry-after: 3600

{ "type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many \"certificates\" already issued\u0020for x,\nretry after 1970", "status": 429 }`,
			"rateLimited", `too many "certificates" already issued for x, retry after 1970`, "nothing need be done"},
		"taken apart": {" + Challenge validation has failed :(\n" + `ERROR: Challenge is invalid! (returned: invalid) (result: ["type"]	"http-01"
["status"]	"invalid"
["error","type"]	"urn:ietf:params:acme:error:unauthorized"
["error","detail"]	"203.0.113.9: Invalid response from http://a.example.com/: 404"
["error"]	{"type":"urn:ietf:params:acme:error:unauthorized","detail":"x","status":403})`,
			"unauthorized", "203.0.113.9: Invalid response from http://a.example.com/: 404", "http://a.example.com leads to 203.0.113.7"},
		"out of reach": {"ERROR: Problem connecting to server (get for https://acme/dir; curl returned with 6)", "unreachable",
			"it can't be reached from the server (curl's error 6)", "--acme-directory"},
		"interrupted": {"it was interrupted before the authority answered\n", "", "it was interrupted before the authority answered", "journalctl"},
		"control":     {`"type":"urn:ietf:params:acme:error:caa","detail":"no \u001b[31m"`, "caa", "no [31m", "CAA record"},
	} {
		t.Run(name, func(t *testing.T) {
			r := readRefusal(strings.Split(c.said, "\n"), time.Unix(1500, 0))
			if r.kind != c.kind || r.detail != c.detail || !strings.Contains(r.next(p.Domains(), p.Address), c.next) {
				t.Errorf("%+v, %s", r, r.next(p.Domains(), p.Address))
			}
		})
	}
}

// TestProblemAndNotes ends a run well unless the authority refused the
// first one.
func TestProblemAndNotes(t *testing.T) {
	p := example.WithDomains(example.Plan(t), "a.example.com", "b.example.com")
	const (
		good   = "names a.example.com b.example.com\nends 2592000\nnow 1000\n"
		toldIt = "leads-a.example.com here\nat 900\nuntil 1500\nsaid ERROR: no\nnow 1000\n"
	)
	for name, c := range map[string]struct{ looked, problem, note string }{
		"fine":        {good + "fine yes\n", "", ""},
		"waits":       {"leads-a.example.com here\nleads-b.example.com elsewhere 192.0.2.1\n", "", "b.example.com does not lead to this server yet: it needs the DNS record A b.example.com → 203.0.113.7 and none for another server; now it leads to 192.0.2.1"},
		"refused":     {toldIt, "Let's Encrypt gave no certificate for a.example.com, b.example.com: no; the app is up at http://203.0.113.7, and the server asks again after 1970-01-01 00:25 UTC", ""},
		"not renewed": {good + toldIt, "", "Let's Encrypt did not renew the certificate: no; it is good for 29 more days, and the server asks again after 1970-01-01 00:25 UTC"},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := ReadCertificate(c.looked)
			if got := fmt.Sprint(certificate.Problem(p)); got != c.problem && (c.problem != "" || got != "<nil>") {
				t.Errorf("the problem is %s", got)
			}
			notes := certificate.Notes(p)
			if c.note == "" && len(notes) > 0 || c.note != "" && !slices.Contains(notes, c.note) {
				t.Errorf("the notes are %q", notes)
			}
		})
	}
}
