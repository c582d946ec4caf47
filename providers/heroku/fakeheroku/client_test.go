package fakeheroku_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
	"slipway/providers/heroku/fakeheroku/contract"
)

// account is a simulated Heroku and a client of it.
type account struct {
	*fakeheroku.Heroku
	*client.Service
	t   *testing.T
	url string
}

// open makes one that is held to the schema.
func open(t *testing.T, options fakeheroku.Options) account {
	t.Helper()
	if options.Dir == "" {
		options.Dir = t.TempDir()
	}
	options.Token = "secret-token"
	options.Log = t.Logf
	heroku, err := fakeheroku.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(heroku.Close)
	service := client.NewService(&http.Client{Transport: &client.Transport{BearerToken: options.Token}})
	service.URL = contract.Server(t, heroku).String()
	return account{heroku, service, t, service.URL}
}

func (a account) app(name string) *client.App {
	a.t.Helper()
	return must(a.AppCreate(a.t.Context(), client.AppCreateOpts{Name: &name}))
}

// must panics: it is for what can't fail in a test that has come so far.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// archive packs files, by name.
func archive(files map[string]string) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for name, text := range files {
		must(0, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}))
		must(w.Write([]byte(text)))
	}
	must(0, w.Close())
	must(0, z.Close())
	return packed.Bytes()
}

func (a account) upload(files map[string]string) string {
	a.t.Helper()
	source := must(a.SourceCreate(a.t.Context()))
	request := must(http.NewRequestWithContext(a.t.Context(), http.MethodPut, source.SourceBlob.PutURL, bytes.NewReader(archive(files))))
	if status := do(request); status != http.StatusOK {
		a.t.Fatalf("the upload is answered with %d", status)
	}
	return source.SourceBlob.GetURL
}

// build builds files and returns the build when it has ended, and its output.
func (a account) build(app string, files map[string]string) (*client.Build, string) {
	a.t.Helper()
	var options client.BuildCreateOpts
	options.SourceBlob.URL = new(a.upload(files))
	options.SourceBlob.Version = new("0123456789abcdef")
	b := must(a.BuildCreate(a.t.Context(), app, options))
	_, output := get(a.t, b.OutputStreamURL)
	until(a.t, "the end of the build", func() bool {
		b = must(a.BuildInfo(a.t.Context(), app, b.ID))
		return b.Status != "pending"
	})
	return b, output
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	response, err := http.DefaultClient.Do(must(http.NewRequestWithContext(ctx, http.MethodGet, url, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Logf("%s: %v", url, err)
	}
	return response.StatusCode, strings.ReplaceAll(string(body), "\x00", "")
}

// until waits for something that comes by itself.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came: " + what)
		}
	}
}

// settled waits until every release phase has ended, and returns the last release.
func (a account) settled(app string) client.Release {
	a.t.Helper()
	until(a.t, "the end of the release phases", func() bool { return len(a.Contents().Pending) == 0 })
	all := must(a.ReleaseList(a.t.Context(), app, &client.ListRange{Field: "version", Descending: true, Max: 1}))
	return all[0]
}

// stream opens what goes on until the test ends.
func stream(t *testing.T, url string) io.Reader {
	t.Helper()
	response, err := http.DefaultClient.Do(must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response.Body
}

// do sends a request and returns the answer's status.
func do(request *http.Request) int {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
