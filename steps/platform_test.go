package steps

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// shelf is a world without servers: a folder for each tag, and in it the releases
// that were delivered. One web server shows the page of each tag's current one. It
// is thrown away after the test: it is here to show that the engine needs no server.
type shelf struct {
	root string
	web  *httptest.Server
}

func newShelf(t *testing.T) shelf {
	s := shelf{root: t.TempDir()}
	s.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		http.ServeFile(w, r, filepath.Join(s.root, filepath.Base(tag), "current", "app.py"))
	}))
	t.Cleanup(s.web.Close)
	return s
}

// shelfProvider is a [providers.Platform] on a shelf.
type shelfProvider struct{ shelf }

func (p shelfProvider) folder(spec providers.Spec) string { return filepath.Join(p.root, spec.Tag) }

func (shelfProvider) Name() string { return "shelf" }

func (shelfProvider) Takes() providers.Form { return providers.AsSource }

func (shelfProvider) Check(context.Context, providers.Spec) error { return nil }

func (p shelfProvider) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{place{p.folder(spec)}}
}

func (p shelfProvider) Deliveries(spec providers.Spec, app providers.App) []providers.Resource {
	return []providers.Resource{delivery{place{p.folder(spec)}, app}}
}

func (p shelfProvider) URL(_ context.Context, spec providers.Spec) (string, error) {
	if _, err := os.Readlink(filepath.Join(p.folder(spec), "current")); errors.Is(err, fs.ErrNotExist) {
		return "", providers.ErrNoApp
	}
	return p.web.URL + "/" + spec.Tag, nil
}

func (p shelfProvider) Holdings(_ context.Context, spec providers.Spec) ([]providers.Holding, error) {
	_, err := os.Stat(p.folder(spec))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return []providers.Holding{{Kind: "place", ID: spec.Tag}}, err
}

func (p shelfProvider) Destroy(ctx context.Context, spec providers.Spec, report func(string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	report("removed " + spec.Tag)
	return os.RemoveAll(p.folder(spec))
}

// place is the folder of a tag.
type place struct{ folder string }

func (place) Kind() string           { return "place" }
func (place) Title() string          { return "a place on the shelf" }
func (place) Phase() providers.Phase { return providers.PhaseOther }

func (p place) Look(context.Context, time.Time) (providers.Finding, error) {
	_, err := os.Stat(p.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return providers.Finding{Changes: []providers.Change{{What: "make a place"}}}, nil
	}
	return providers.Finding{Holds: err == nil}, err
}

func (p place) Make(ctx context.Context, _ func(string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.MkdirAll(p.folder, 0o755)
}

// delivery is a release in its place.
type delivery struct {
	place
	app providers.App
}

func (delivery) Kind() string  { return "app" }
func (delivery) Title() string { return "the app on the shelf" }

func (d delivery) Look(context.Context, time.Time) (providers.Finding, error) {
	current, _ := os.Readlink(filepath.Join(d.folder, "current"))
	if current != d.app.Release {
		return providers.Finding{Changes: []providers.Change{{What: "deliver release " + d.app.Release}}}, nil
	}
	return providers.Finding{Holds: true, ID: current}, nil
}

func (d delivery) Make(context.Context, func(string)) error {
	var packed bytes.Buffer
	if err := d.app.Archive(&packed); err != nil {
		return err
	}
	to := filepath.Join(d.folder, d.app.Release)
	if err := unpack(&packed, to); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(to, "app.py")); err != nil {
		return fmt.Errorf("the release does not start: %w", err)
	}
	part := filepath.Join(d.folder, "part")
	return errors.Join(os.Symlink(d.app.Release, part), os.Rename(part, filepath.Join(d.folder, "current")))
}

func unpack(packed io.Reader, to string) error {
	gz, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	for archive := tar.NewReader(gz); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		path := filepath.Join(to, filepath.FromSlash(header.Name))
		if header.Typeflag == tar.TypeDir {
			continue
		}
		content, err := io.ReadAll(archive)
		if err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			return err
		}
	}
}

// packed is an app of one file.
func packed(release, file, content string) providers.App {
	return providers.App{Release: release, Archive: func(w io.Writer) error {
		gz := gzip.NewWriter(w)
		archive := tar.NewWriter(gz)
		err := archive.WriteHeader(&tar.Header{Name: file, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))})
		_, writeErr := io.WriteString(archive, content)
		return errors.Join(err, writeErr, archive.Close(), gz.Close())
	}}
}

// TestPlatform holds the target without a server to the contract of all targets.
func TestPlatform(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		p := shelfProvider{newShelf(t)}
		return conformance.Opened{Provider: p, Again: func(testing.TB) providers.Provider { return p },
			Spec: providers.Spec{Name: "shop", Tag: "slipway-shop-1"},
			App:  packed("one", "app.py", "1"), Next: packed("two", "app.py", "2"), Broken: packed("three", "none.py", "3")}
	})
}

// onShelf deploys a folder to a shelf.
type onShelf struct {
	t      *testing.T
	folder string
	home   state.Home
	shelf  shelf
}

func (s onShelf) open(plan.Plan, string) (providers.Provider, error) {
	return shelfProvider{s.shelf}, nil
}

func (s onShelf) deploy(flags map[string]string) (engine.Outcome, []string, error) {
	s.t.Helper()
	p, err := plan.Make(s.t.Context(), plan.Asked{Folder: s.folder, Flags: flags, Getenv: noEnvironment}, s.home)
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	outcome, err := Deploy(s.t.Context(), p, s.home, s.open, func(e engine.Event) {
		if e.Kind == engine.KindStep && e.Status != engine.Looking && e.Status != engine.Changing {
			names = append(names, e.Step+" "+string(e.Status))
		}
	})
	return outcome, names, err
}

func (s onShelf) write(greeting string) {
	s.t.Helper()
	text := "from flask import Flask\napp = Flask(__name__)\n\n\n@app.get('/')\ndef index():\n    return '" + greeting + "'\n"
	if err := os.WriteFile(filepath.Join(s.folder, "app.py"), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// TestDeployWithoutServer has the engine bring an app to a target that takes it as
// it is: no connection, no facts, no keys, and in one sentence what is not there.
func TestDeployWithoutServer(t *testing.T) {
	s := onShelf{t: t, folder: filepath.Join(t.TempDir(), "shop"), home: state.Home{Dir: t.TempDir()}, shelf: newShelf(t)}
	if err := os.Mkdir(s.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("one")
	first, names, err := s.deploy(nil)
	if want := "preflight unchanged, place changed, app changed, verify unchanged"; err != nil || strings.Join(names, ", ") != want {
		t.Fatalf("got %v, %v, want %s", names, err, want)
	}
	again, names, err := s.deploy(nil)
	if err != nil || again.Changed || again.URL != first.URL {
		t.Errorf("the second run: %+v, %v, %v", again, names, err)
	}
	s.write("two")
	if next, _, err := s.deploy(nil); err != nil || !next.Changed || next.Release == first.Release || next.RoundTrips != 0 {
		t.Errorf("another release: %+v, %v", next, err)
	}
	if condition, err := Look(t.Context(), "shop", s.home, s.open); err != nil || !condition.Answers || condition.Server != nil {
		t.Errorf("its status is %+v, %v", condition, err)
	}
	s.saysWhatItCannot()
	if entries, err := filepath.Glob(filepath.Join(s.home.Dir, "shop", "*25519")); err != nil || len(entries) > 0 {
		t.Errorf("there are keys for a server that is not there: %v", entries)
	}
	removal, err := OpenRemoval(t.Context(), "shop", s.home, s.open)
	if err != nil {
		t.Fatal(err)
	}
	if err := removal.Do(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.shelf.root); err != nil || len(left) > 0 || s.home.Exists("shop") {
		t.Errorf("after destroy there is %v, %v", left, err)
	}
}

// askedMeanwhile is a shelf that tells what is there only once the app is visited.
type askedMeanwhile struct {
	shelfProvider
	asked, visited chan struct{} // closed by the first
}

func (p askedMeanwhile) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	close(p.asked)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.visited:
	}
	return p.shelfProvider.Holdings(ctx, spec)
}

// TestCostsWhileVisited asks what a deployment costs while it finds out what visitors get: each
// waits for the other to begin.
func TestCostsWhileVisited(t *testing.T) {
	s := onShelf{t: t, folder: filepath.Join(t.TempDir(), "shop"), home: state.Home{Dir: t.TempDir()}, shelf: newShelf(t)}
	if err := os.Mkdir(s.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("one")
	p, err := plan.Make(t.Context(), plan.Asked{Folder: s.folder, Getenv: noEnvironment}, s.home)
	if err != nil {
		t.Fatal(err)
	}
	meanwhile := askedMeanwhile{shelfProvider{s.shelf}, make(chan struct{}), make(chan struct{})}
	var visit sync.Once
	page := s.shelf.web.Config.Handler
	s.shelf.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if record, err := s.home.Read("shop"); err == nil && !record.Finished.IsZero() { // the last step's look came before
			visit.Do(func() { close(meanwhile.visited) })
			select {
			case <-meanwhile.asked:
			case <-r.Context().Done():
				t.Error("the visit ended before the costs were asked for")
			}
		}
		page.ServeHTTP(w, r)
	})
	open := func(plan.Plan, string) (providers.Provider, error) { return meanwhile, nil }
	if _, err := Deploy(t.Context(), p, s.home, open, func(engine.Event) {}); err != nil {
		t.Fatal(err)
	}
	if record, err := s.home.Read("shop"); err != nil || record.Costs == nil {
		t.Errorf("the costs are not on record: %v", err)
	}
}

// saysWhatItCannot tries what takes a server.
func (s onShelf) saysWhatItCannot() {
	s.t.Helper()
	ctx, quiet := s.t.Context(), func(string) {}
	_, sessionErr := OpenSession(ctx, "shop", providers.ToLogIn, s.home, s.open)
	_, auditErr := Audit(ctx, "shop", nil, false, s.home, s.open, quiet)
	_, rollbackErr := Rollback(ctx, "shop", "", s.home, s.open, quiet)
	_, setErr := SetVariables(ctx, "shop", map[string]string{"A": "1"}, nil, s.home, s.open, func(engine.Event) {})
	d, openErr := OpenPlatform("shop", s.home, s.open)
	if openErr != nil || d == nil {
		s.t.Fatalf("got %v, %v", d, openErr)
	}
	_, runErr := d.Run(ctx, providers.Command{Words: []string{"ls"}})
	for wanted, err := range map[providers.Ability]error{providers.ToLogIn: sessionErr, providers.ToAudit: auditErr,
		providers.ToGoBack: rollbackErr, providers.ToSetVars: setErr, providers.ToRun: runErr,
		providers.ToTellLog: d.Logs(ctx, Logs{}, io.Discard)} {
		usage, ok := errors.AsType[*providers.Usage](err)
		if want := "shelf can't " + string(wanted) + ": "; !ok || !strings.Contains(usage.Error(), want) {
			s.t.Errorf("got %v, want a usage error with %q", err, want)
		}
	}
}
