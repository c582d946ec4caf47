package releases

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/shell"
	"slipway/steps/web"
)

// strangers are headers that somebody takes for the word of a proxy.
var strangers = []string{
	"Forwarded", "X-Forwarded", "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Protocol",
	"X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-By", "X-Forwarded-User", "X-Scheme", "X-Url-Scheme", "Front-End-Https", "X-Original-URL",
	"X-Original-Host", "X-Rewrite-URL", "X-Script-Name", "Script-Name", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "CF-Connecting-IP",
	"X-Cluster-Client-IP", "Remote-User", "X-Remote-User", "X-Auth-Request-User", "Proxy",
	"SCRIPT_NAME", "X_Forwarded_Host", "Remote_User", "PATH_INFO",
}

// headers has the app be told only what nginx knows.
func (s *shop) headers(t *testing.T) {
	for _, c := range []struct{ name, request, host, url string }{
		{"plain", "GET / HTTP/1.1\r\nHost: good.example", "good.example", "http://good.example/"},
		{"a tunnel's port", "GET / HTTP/1.1\r\nHost: Good.example:8080", "Good.example:8080", "http://good.example:8080/"},
		{"IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8080", "[::1]:8080", "http://[::1]:8080/"},
		{"another address", "GET http://good.example/ HTTP/1.1\r\nHost: evil.example", "good.example", "http://good.example/"},
		{"another address and port", "GET http://good.example:81/ HTTP/1.1\r\nHost: evil.example:82", "good.example", "http://good.example/"},
		{"an address that begins alike", "GET http://good.example/ HTTP/1.1\r\nHost: good.example.evil.example", "good.example", "http://good.example/"},
		{"a user before the host", "GET / HTTP/1.1\r\nHost: good.example:80@evil.example", "good.example", "http://good.example/"},
		{"no port", "GET / HTTP/1.1\r\nHost: good.example:evil", "good.example", "http://good.example/"},
	} {
		got := s.asks(t, c.request).Environ["HTTP_HOST"]
		if got != c.host {
			t.Errorf("%s: the app is told the host %q, want %q", c.name, got, c.host)
		}
		if url := s.asks(t, c.request).URL; url != c.url {
			t.Errorf("%s: the app makes the address %q, want %q", c.name, url, c.url)
		}
	}
	request := "GET / HTTP/1.1\r\nHost: good.example\r\nX-Own: fine\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Request-ID: stranger"
	for _, name := range strangers {
		request += "\r\n" + name + ": stranger"
	}
	environ := s.asks(t, request).Environ
	for key, value := range environ {
		if strings.Contains(value, "stranger") || strings.Contains(value, "6.6.6.6") {
			t.Errorf("a stranger tells the app %s = %q", key, value)
		}
	}
	if environ["HTTP_X_OWN"] != "fine" || environ["wsgi.url_scheme"] != "http" {
		t.Errorf("the app is told %q", environ)
	}
}

// asks sends a request's first lines to nginx, and reads what the app says that it was told.
func (s *shop) asks(t *testing.T, lines string) told {
	t.Helper()
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(strings.TrimPrefix(s.url, "http://"), "80"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // the test's own limit ends it
	if _, err := io.WriteString(conn, lines+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, conn)
}

func readAnswer(t *testing.T, from io.Reader) told {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(from), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return readTold(t, response.StatusCode == http.StatusOK, string(body))
}

// otherHost asks a site with a name of its own, over HTTPS, and names another host in the
// header.
func (s *shop) otherHost(t *testing.T, system fact.System) {
	p := example.WithDomains(example.Plan(t), "good.example")
	p.Name = "boundary"
	site := web.NginxSite(p, system, p.Domains())
	defer s.Root("boundary", "mv /root/kept-site "+site.Path+"; systemctl reload nginx.service")
	for host, want := range map[string]string{"evil.example": "good.example", "evil.example:443": "good.example", "good.example:8443": "good.example:8443"} {
		out := s.Root("boundary", shell.Lines(makeCertificate, "[ -e /root/kept-site ] || cp -p "+site.Path+" /root/kept-site", site.Put(), "systemctl reload nginx.service", "sleep 1",
			`printf 'GET https://good.example/ HTTP/1.1\r\nHost: `+host+`\r\nConnection: close\r\n\r\n' | openssl s_client -quiet -connect 127.0.0.1:443 -servername good.example 2>/dev/null`))
		// Root leaves out the end of the last line.
		if got := readAnswer(t, strings.NewReader(out+"\n")).Environ; got["HTTP_HOST"] != want || got["wsgi.url_scheme"] != "https" {
			t.Errorf("over HTTPS, the app is told the host %q and %s, want %q", got["HTTP_HOST"], got["wsgi.url_scheme"], want)
		}
	}
}
