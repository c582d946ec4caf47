package backups

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"golang.org/x/crypto/ssh"

	"slipway/ui/e2e"
)

// Where the S3 server is, as the machine sees it, and what opens it.
const (
	storeAt   = "127.0.0.1:9000"
	bucket    = "backups"
	accessKey = "the-access-key"
	secretKey = "the-secret-key"
)

// store is a real S3 server of the test's. Machines reach it through their own sshd, which
// forwards a port to the test.
type store struct {
	backend *s3mem.Backend
	server  http.Handler

	mu sync.Mutex
	// fault answers instead of the server if it returns true; nil if there is none.
	fault func(w http.ResponseWriter, r *http.Request) bool
}

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{backend: s3mem.New()}
	if err := s.backend.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	s.server = s.at(time.Now)
	return s
}

// at is a server of the store with a clock of its own.
func (s *store) at(now func() time.Time) http.Handler {
	return gofakes3.New(s.backend, gofakes3.WithoutVersioning(), gofakes3.WithTimeSource(clock(now))).Server()
}

// clock is a clock of a server's.
type clock func() time.Time

// Now is what it shows.
func (c clock) Now() time.Time { return c() }

// Since is how long ago a time was.
func (c clock) Since(t time.Time) time.Duration { return c().Sub(t) }

// fail sets what goes wrong from now on; nil is nothing.
func (s *store) fail(fault func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// hold holds requests back until goOn is called or the test ends; then the store serves them,
// or drops them. begun waits until the first has come.
func (s *store) hold(t *testing.T, holds func(*http.Request) bool, drops bool) (begun, goOn func()) {
	came, gone := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.fail(func(_ http.ResponseWriter, r *http.Request) bool {
		if !holds(r) {
			return false
		}
		once.Do(func() { close(came) })
		select {
		case <-gone:
		case <-t.Context().Done():
		}
		return drops
	})
	return func() {
		t.Helper()
		select {
		case <-came:
		case <-time.After(2 * time.Minute):
			t.Fatal("in two minutes no such request came")
		}
	}, func() { close(gone) }
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	if !strings.Contains(r.Header.Get("Authorization"), "Credential="+accessKey+"/") {
		refuse(w, http.StatusForbidden, "InvalidAccessKeyId")
		return
	}
	if fault != nil && fault(w, r) {
		return
	}
	s.server.ServeHTTP(w, r)
}

// refuse answers as an S3 server does that can't do what is asked.
func refuse(w http.ResponseWriter, status int, code string) bool {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, `<?xml version="1.0"?><Error><Code>`+code+`</Code><Message>`+code+` of the test</Message></Error>`) //nolint:errcheck // whoever asked may be gone
	return true
}

// savesData tells a request that puts a part of a backup into the store.
func savesData(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/data/")
}

// readsData tells a request that fetches a part of a backup.
func readsData(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/data/") && !strings.HasSuffix(r.URL.Path, "/data/")
}

// reach has the machine reach the store. It lasts until the machine or the test ends.
func (s *store) reach(t *testing.T, o *e2e.Operator) {
	t.Helper()
	record, err := o.State().Read(app)
	if err != nil {
		t.Fatal(err)
	}
	private, err := os.ReadFile(filepath.Join(o.State().Folder(app), "id_ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	pinned, _, _, _, err := ssh.ParseAuthorizedKey([]byte(record.Server.HostKeys[0]))
	if err != nil {
		t.Fatal(err)
	}
	client, err := ssh.Dial("tcp", record.Server.Address+":22", &ssh.ClientConfig{User: "deploy",
		Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: ssh.FixedHostKey(pinned), HostKeyAlgorithms: []string{pinned.Type()}})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := client.Listen("tcp", storeAt)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(listener) //nolint:errcheck // it ends with the connection
	}()
	t.Cleanup(func() {
		server.Close()
		client.Close()
		<-served
	})
}

// objects are the names of what the store has whose path has a part.
func (s *store) objects(t *testing.T, part string) []string {
	t.Helper()
	list, err := s.backend.ListBucket(bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range list.Contents {
		if strings.Contains(object.Key, part) {
			names = append(names, object.Key)
		}
	}
	return names
}

// change replaces the content of an object.
func (s *store) change(t *testing.T, name string, change func([]byte)) {
	t.Helper()
	object, err := s.backend.GetObject(bucket, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(object.Contents)
	if err != nil {
		t.Fatal(err)
	}
	change(content)
	if _, err := s.backend.PutObject(bucket, name, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}
