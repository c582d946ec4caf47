//go:build linux

package hostile

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// visitors sends requests that say what only nginx knows.
func (s *server) visitors(t *testing.T) {
	o := s.as(t)
	if r := run(t, o, "--yes", "--name", name, folder(t, nil)); r.Code != 0 {
		t.Fatalf("exit %d:\n%s", r.Code, r.Stderr)
	}
	host := strings.TrimPrefix(s.url, "http://")
	claims := map[string]string{
		"Forwarded": "for=6.6.6.6;host=evil.example;proto=https", "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "666",
		"X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "https", "X-Forwarded-Server": "evil.example", "X-Forwarded-Scheme": "https", "X-Forwarded-Ssl": "on",
		"X-Real-IP": "6.6.6.6", "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "X-Script-Name": "/evil", "Script-Name": "/evil", "X-Request-ID": "evil",
		"X-Url-Scheme": "https", "Front-End-Https": "on", "X-Client-IP": "6.6.6.6", "True-Client-IP": "6.6.6.6", "X-Cluster-Client-IP": "6.6.6.6", "Proxy": "http://evil.example",
		"X-Accel-Redirect": "/evil", "X-Sendfile": "/etc/passwd", "X-Forwarded": "for=6.6.6.6", "Forwarded-For": "6.6.6.6", "X-Forwarded-By": "evil",
		"X_Forwarded_Host": "evil.example", "REMOTE_USER": "root",
	}
	for header, claim := range claims {
		told := tells(t, host, "GET / HTTP/1.1\r\nHost: "+host+"\r\n"+header+": "+claim+"\r\nConnection: close\r\n\r\n")
		key := "HTTP_" + strings.ToUpper(strings.ReplaceAll(header, "-", "_"))
		if got, there := told[key]; there && got == claim && !harmlessClaims[header] {
			t.Errorf("the app is told %s=%q", key, got)
		}
		for _, key := range []string{"REMOTE_ADDR", "SCRIPT_NAME", "SERVER_PORT", "wsgi.url_scheme", "PATH_INFO", "HTTP_HOST"} {
			if strings.Contains(told[key], "6.6.6.6") || strings.Contains(told[key], "evil") || told[key] == "https" || told[key] == "666" {
				t.Errorf("%s: the app is told %s=%q", header, key, told[key])
			}
		}
	}
	for _, start := range []string{
		"GET http://evil.example/ HTTP/1.1\r\nHost: " + host, "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example",
		"GET https://evil.example:444/ HTTP/1.1\r\nHost: " + host, "GET / HTTP/1.1\r\nHost: " + host + "\r\nHost: evil.example",
		"GET / HTTP/1.1\r\nHost: evil.example@" + host, "GET / HTTP/1.1\r\nHost: " + host + ":evil.example", "GET /\x1b[2J\x07%1b%5b2J HTTP/1.1\r\nHost: " + host,
	} {
		told := tells(t, host, start+"\r\nUser-Agent: \x1b[2J\xff\u202e\"\\\r\nConnection: close\r\n\r\n")
		t.Logf("%q: Host %q, RAW_URI %q", start, told["HTTP_HOST"], told["RAW_URI"])
		if strings.Contains(told["RAW_URI"], "://") {
			t.Errorf("%q: the app is told the address %q", start, told["RAW_URI"])
		}
	}
	// Two answers to one request would be one visitor's answer for another.
	if answers := strings.Count(sends(t, host, "POST / HTTP/1.1\r\nHost: "+host+"\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: "+host+"\r\n\r\n"), "HTTP/1.1 2"); answers > 1 {
		t.Errorf("%d answers to a request with two lengths", answers)
	}
	for _, command := range [][]string{{"logs", name, "--requests"}, {"logs", name}, {"status", name}} {
		run(t, o, command...)
	}
}

// harmlessClaims are headers that mean nothing to a server or a framework unless the app
// asks for them by name.
var harmlessClaims = map[string]bool{"X-Sendfile": true, "X-Accel-Redirect": true, "X-Client-IP": true, "True-Client-IP": true, "X-Cluster-Client-IP": true,
	"X-Original-URL": true, "X-Rewrite-URL": true, "X-Script-Name": true, "X-Url-Scheme": true, "Front-End-Https": true, "X-Forwarded": true, "Forwarded-For": true, "X-Forwarded-By": true, "Script-Name": true}

// sends sends bytes to nginx and returns all that it answers.
func sends(t *testing.T, host, request string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, "80"), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second)) //nolint:errcheck // the test's own limit ends it
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn) // nginx may cut what it refuses
	return string(answer)
}

// tells is what the app says that it was told; nothing if nginx refused.
func tells(t *testing.T, host, request string) map[string]string {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(sends(t, host, request))), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil
	}
	defer response.Body.Close()
	var told struct{ Environ map[string]string }
	if err := json.NewDecoder(response.Body).Decode(&told); err != nil {
		t.Errorf("%q: the app's answer can't be read: %v", request, err)
	}
	return told.Environ
}
