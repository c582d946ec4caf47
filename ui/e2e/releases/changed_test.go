package releases

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
)

var uploading = regexp.MustCompile(`"line":"uploading (\d+) kB`)

// uploads deploys the folder as it is, and returns how many kilobytes went up.
func (s *shop) uploads() int {
	s.t.Helper()
	r := s.Must("--yes", "--json", s.folder)
	match := uploading.FindStringSubmatch(r.Stdout)
	if match == nil {
		s.t.Fatalf("nothing was uploaded:\n%s", r.Stdout)
	}
	kilobytes, err := strconv.Atoi(match[1])
	if err != nil {
		s.t.Fatal(err)
	}
	return kilobytes
}

// get asks for a path, if it changed since a time.
func (s *shop) get(path, since string) (int, []byte, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if since != "" {
		request.Header.Set("If-Modified-Since", since)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, body, response.Header.Get("Last-Modified")
}

// TestOnlyWhatChanged deploys an app of 8 MB, and then with one file changed, and with a
// folder that has another name: kilobytes go up, browsers keep what is the same, and no
// release shares a file with another one.
func TestOnlyWhatChanged(t *testing.T) {
	localtest.NeedMachines(t)
	s := newShop(t, "changed")
	big := make([]byte, 8<<20)
	rand.NewChaCha8([32]byte{1}).Read(big) //nolint:errcheck // it never fails
	if err := os.MkdirAll(filepath.Join(s.folder, "static", "a b"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("static/a b/big.bin", string(big))
	s.write("static/site.css", "same")
	s.write("static/page.css", "red")
	s.redeploys()
	_, _, sameSince := s.get("/static/site.css", "")
	_, _, bigSince := s.get("/static/a%20b/big.bin", "")

	s.change("")
	s.write("static/page.css", "tan")
	if kilobytes := s.uploads(); kilobytes > 4 {
		t.Errorf("%d kB went up for two small files", kilobytes)
	}
	s.serves(2)
	for path, since := range map[string]string{"/static/site.css": sameSince, "/static/a%20b/big.bin": bigSince} {
		if status, _, _ := s.get(path, since); status != http.StatusNotModified {
			t.Errorf("%s did not change, and the status is %d", path, status)
		}
	}
	if status, body, _ := s.get("/static/page.css", ""); status != http.StatusOK || string(body) != "tan" {
		t.Errorf("the page that changed is %d %q", status, body)
	}

	s.change("")
	if err := os.Rename(filepath.Join(s.folder, "static", "a b"), filepath.Join(s.folder, "static", "new")); err != nil {
		t.Fatal(err)
	}
	if kilobytes := s.uploads(); kilobytes > 4 {
		t.Errorf("%d kB went up for a file that moved", kilobytes)
	}
	s.serves(3)
	if status, body, _ := s.get("/static/new/big.bin", ""); status != http.StatusOK || !bytes.Equal(body, big) {
		t.Errorf("the file that moved is %d, %d bytes", status, len(body))
	}
	if shared := s.Root("changed", "find /srv/app-changed/releases/*/src -type f -links +1"); strings.TrimSpace(shared) != "" {
		t.Errorf("releases share %s", shared)
	}
	s.Root("changed", "for list in /srv/app-changed/releases/*/sums; do rm \"$list\"; done")
	s.change("")
	came := s.cut()
	if kilobytes := s.uploads(); kilobytes < 8<<10 {
		t.Errorf("%d kB went up, though it is not known what the server has", kilobytes)
	}
	s.serves(4)
	if kilobytes := came(); kilobytes < 8<<10 || kilobytes > 11<<10 {
		t.Errorf("%d kB came for 8 MB whose connection broke after 4", kilobytes)
	}
}

// cut has the server's kernel reset the connections for SSH once 4 MB came, until all of
// them know. came is how many kilobytes came before and after. With all sent again, that
// is more than 12 MB.
func (s *shop) cut() (came func() int) {
	s.t.Helper()
	s.Root("changed", `set -e; nft -f - <<'end'
table inet came {
	counter taken { }
	chain input {
		type filter hook input priority -20
		tcp dport 22 counter name taken
	}
}
table inet cut {
	chain input {
		type filter hook input priority -15
		tcp dport 22 quota over 4 mbytes counter reject with tcp reset
	}
}
end
systemd-run --quiet --collect --unit=cut sh -c 'until nft list table inet cut | grep -q "counter packets [1-9]"; do sleep 0.1; done; nft delete table inet cut'`)
	return func() int {
		s.t.Helper()
		bytes := s.Root("changed", `! systemctl is-active --quiet cut && nft list counter inet came taken | sed -n 's/.* bytes //p'; nft delete table inet came`)
		n, err := strconv.Atoi(bytes)
		if err != nil {
			s.t.Fatalf("the connection did not break: %q", bytes)
		}
		return n >> 10
	}
}
