package portable

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// TestReach has an app that listens on 127.0.0.1 answer at another address, and the program end with the app.
func TestReach(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil || runtime.GOOS != "linux" {
		t.Skip("it needs python3, and a second loopback address")
	}
	const address = "127.0.0.2"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	listener.Close()
	folder := t.TempDir()
	for name, text := range map[string]string{"reach.py": reachText, "page": "reached"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app := exec.Command("/bin/sh", "-c", "python3 -I -S reach.py "+address+" & exec python3 -m http.server --bind 127.0.0.1 "+port)
	app.Dir, app.Env = folder, append(os.Environ(), "PORT="+port)
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() {
		_ = app.Process.Kill() // it may have ended
		_ = app.Wait()
	}
	t.Cleanup(end)
	eventually(t, "the app to answer at "+address, func() bool {
		response, err := http.Get("http://" + net.JoinHostPort(address, port) + "/page")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return err == nil && string(text) == "reached"
	})
	end()
	eventually(t, "the program to end", func() bool {
		conn, err := net.Dial("tcp", net.JoinHostPort(address, port))
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
}

// eventually asks until it is so, for a minute.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
