package heroku

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/heroku/fakeheroku"
	"slipway/providers/heroku/fakeheroku/contract"
)

// deployment is one deployment to a simulated Heroku, which builds and runs what it is
// given. Every call and every answer is checked against the API's schema.
type deployment struct {
	t      *testing.T
	heroku *fakeheroku.Heroku
	url    string
	spec   providers.Spec
	// options are what a provider is made with, apart from the token, URL and pace.
	options Options
	// told are the lines that were reported.
	told []string
}

func newDeployment(t *testing.T, faults fakeheroku.Faults, change ...func(*fakeheroku.Options)) *deployment {
	t.Helper()
	options := fakeheroku.Options{Dir: t.TempDir(), Token: testToken, Faults: faults, BootTimeout: 10 * time.Second, Grace: time.Second, Teams: []string{"crew"}}
	for _, c := range change {
		c(&options)
	}
	heroku, err := fakeheroku.New(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(heroku.Close)
	return &deployment{
		t: t, heroku: heroku, url: contract.Server(t, heroku).String(),
		spec: providers.Spec{Name: "greeter", Tag: "slipway-greeter-3f9a2c0d17be"},
	}
}

// long skips a test of many builds where time is short.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes many builds: run it without -short")
	}
}

// open makes a provider as a new run of the command would.
func (d *deployment) open() *Provider {
	d.t.Helper()
	o := d.options
	pem, err := os.ReadFile(d.heroku.CAFile())
	if err != nil {
		d.t.Fatal(err)
	}
	o.Roots = x509.NewCertPool()
	o.Roots.AppendCertsFromPEM(pem)
	o.Token, o.APIURL, o.PollEvery, o.Patience = testToken, d.url, 20*time.Millisecond, 300*time.Millisecond
	p, err := New(o)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// deploy does what the engine does and stops at the first error. asked is when an
// earlier run may have asked for anything.
func (d *deployment) deploy(app providers.App, asked time.Time) error {
	p := d.open()
	for _, r := range slices.Concat(p.Resources(d.spec), p.Deliveries(d.spec, app)) {
		if err := d.step(r, asked); err != nil {
			return err
		}
	}
	return nil
}

func (d *deployment) step(r providers.Resource, asked time.Time) error {
	ctx := d.t.Context()
	found, err := r.Look(ctx, asked)
	if err != nil || found.Holds {
		return err
	}
	if err := r.Make(ctx, d.tell); err != nil {
		return err
	}
	found, err = r.Look(ctx, time.Time{})
	if err == nil && !found.Holds {
		return fmt.Errorf("%s does not hold after Make: %+v", r.Kind(), found)
	}
	return err
}

func (d *deployment) tell(line string) { d.told = append(d.told, line) }

// must deploys, without an error.
func (d *deployment) must(app providers.App) {
	d.t.Helper()
	if err := d.deploy(app, time.Time{}); err != nil {
		d.t.Fatalf("deploy %s: %v\n%s", app.Release, err, strings.Join(d.told, "\n"))
	}
}

// page is what a visitor gets.
func (d *deployment) page() string {
	d.t.Helper()
	address, err := d.open().URL(d.t.Context(), d.spec)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", response.StatusCode, body)
}

// want checks what a visitor gets.
func (d *deployment) want(page string) {
	d.t.Helper()
	if got := d.page(); got != "200 "+page {
		d.t.Errorf("a visitor gets %q, want %q", got, page)
	}
}

// onlyGETs checks that nothing was changed since the calls were forgotten.
func (d *deployment) onlyGETs() {
	d.t.Helper()
	for _, r := range d.heroku.Requests() {
		if r.Method != http.MethodGet {
			d.t.Errorf("%s %s was called where only GET may be", r.Method, r.Path)
		}
	}
}

// once checks that there is one app, with one build of release "one" and as many add-ons
// as are wanted.
func (d *deployment) once(addOns int) {
	const release = "one"
	d.t.Helper()
	s, err := d.open().standing(d.t.Context(), d.spec)
	if err != nil {
		d.t.Fatal(err)
	}
	builds, deploys := 0, 0
	for _, b := range s.builds {
		if *b.SourceBlob.Version == release {
			builds++
		}
	}
	for _, r := range s.releases {
		if strings.HasPrefix(r.Description, "Deploy") && s.nameOf(r) == release {
			deploys++
		}
	}
	if has := d.heroku.Contents(); len(has.Apps) != 1 || len(has.AddOns) != addOns || builds != 1 || deploys != 1 {
		d.t.Errorf("there are %+v with %d builds and %d deploys of release %s", has, builds, deploys, release)
	}
}

// greeter is a web app that answers with a text and the variable GREETING.
func greeter(release, text string, more ...string) providers.App {
	return source(release, append([]string{"Procfile", "web: python app.py\n", "app.py", greeterText(text), "requirements.txt", ""}, more...)...)
}

func greeterText(text string) string {
	const server = `
import http.server, os

class Greeter(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (%q + os.environ.get("GREETING", "")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

print("greeting on", os.environ["PORT"], flush=True)
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Greeter).serve_forever()
`
	return fmt.Sprintf(server, text)
}

// source is a release of files, of which later ones replace earlier ones.
func source(release string, files ...string) providers.App {
	contents := map[string]string{}
	for i := 0; i < len(files); i += 2 {
		contents[files[i]] = files[i+1]
	}
	return providers.App{Release: release, Health: providers.Health{Path: "/", Within: 5 * time.Second}, Archive: func(w io.Writer) error {
		gz := gzip.NewWriter(w)
		archive := tar.NewWriter(gz)
		var err error
		for _, name := range slices.Sorted(maps.Keys(contents)) {
			header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(contents[name]))}
			err = errors.Join(err, archive.WriteHeader(header))
			_, writeErr := io.WriteString(archive, contents[name])
			err = errors.Join(err, writeErr)
		}
		return errors.Join(err, archive.Close(), gz.Close())
	}}
}

// crashing starts and ends at once.
func crashing(release string) providers.App {
	return source(release, "Procfile", "web: python app.py\n", "app.py", "import shopp\n", "requirements.txt", "")
}
