package releases

import (
	"bufio"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestLongConnections looks at answers that come slowly, and at connections that stay.
func TestLongConnections(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 3*time.Minute)
	url := o.Deploy("--name", "long", shape(t, "stream")).URL
	t.Run("a compressed stream", func(t *testing.T) { streams(t, url) })
	t.Run("slow requests", func(t *testing.T) { slowRequests(t, url) })
	t.Run("one set of headers", func(t *testing.T) { headers(t, url) })
	url = o.Deploy("--name", "long", shape(t, "websocket")).URL
	t.Run("websockets", func(t *testing.T) { chat(t, url) })
}

func shape(t *testing.T, folder string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../shapes/testdata", folder))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// streams reads an answer as a client does that takes compressed ones. The app writes its
// second line once it was told that the first one has come.
func streams(t *testing.T, url string) {
	body := get(t, url+"/two/stream").Body
	defer body.Close()
	unpacked, err := gzip.NewReader(body)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(unpacked)
	if first, err := lines.ReadString('\n'); err != nil || first != "the first\n" {
		t.Errorf("the first line is %q, %v", first, err)
	}
	e2e.Ask(t, url+"/go/stream")
	if second, err := lines.ReadString('\n'); err != nil || second != "the second\n" {
		t.Errorf("the second line is %q, %v", second, err)
	}
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip") // so that the client does not unpack by itself
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// slowRequests asks the front page beside thirty requests that have begun and end only
// after that.
func slowRequests(t *testing.T, url string) {
	var begun, ended sync.WaitGroup
	for range 30 {
		begun.Add(1)
		ended.Go(func() { slowRequest(t, url+"/two/slow", sync.OnceFunc(begun.Done)) })
	}
	begun.Wait()
	for range 5 {
		if status, _ := e2e.Ask(t, url+"/"); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	e2e.Ask(t, url+"/go/slow")
	ended.Wait()
}

// slowRequest reads two lines and says when the first has come.
func slowRequest(t *testing.T, url string, begun func()) {
	defer begun()
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer answer.Body.Close()
	lines := bufio.NewReader(answer.Body)
	first, firstErr := lines.ReadString('\n')
	begun()
	if second, err := lines.ReadString('\n'); first != "the first\n" || second != "the second\n" {
		t.Errorf("got %q and %q: %v, %v", first, second, firstErr, err)
	}
}

// headers are the app's where it sets them; the app knows the client's address.
func headers(t *testing.T, url string) {
	answer := get(t, url+"/")
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || len(strings.TrimPrefix(string(text), "you are ")) < len("1.1.1.1") {
		t.Errorf("got %q, %v", text, err)
	}
	for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"} {
		if got := answer.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// chat has eight clients hear what one says.
func chat(t *testing.T, url string) {
	var clients []net.Conn
	for range 8 {
		clients = append(clients, websocket(t, strings.TrimPrefix(url, "http://"), "/chat"))
	}
	if _, err := clients[0].Write(frame("hello")); err != nil {
		t.Fatal(err)
	}
	for i, c := range clients {
		heard := make([]byte, 2+len("hello"))
		if _, err := io.ReadFull(c, heard); err != nil || string(heard[2:]) != "hello" {
			t.Errorf("client %d heard %q, %v", i, heard, err)
		}
	}
}

// websocket is a connection to a path that speaks WebSocket.
func websocket(t *testing.T, host, path string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host+":80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 16)
	_, _ = rand.Read(key) // it never fails
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
		path, host, base64.StdEncoding.EncodeToString(key))
	var head []byte
	for one := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); head = append(head, one...) {
		if _, err := c.Read(one); err != nil {
			t.Fatalf("%v after %q", err, head)
		}
	}
	if !strings.HasPrefix(string(head), "HTTP/1.1 101 ") {
		t.Fatalf("no websocket: %s", head)
	}
	return c
}

// frame is a short text as a client sends it, with a mask of zeros.
func frame(text string) []byte {
	return append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...)
}
