package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// planOf is the plan for a folder, or for a sample if folder is "", with services beside it.
func planOf(t *testing.T, folder, sample string, services ...string) plan.Plan {
	t.Helper()
	flags := map[string]string{plan.KeyProvider: plan.ProviderDocker}
	if len(services) > 0 {
		flags[plan.KeyService] = strings.Join(services, plan.ListSeparator)
	}
	p, err := plan.Make(t.Context(), plan.Asked{Folder: folder, Sample: sample, Getenv: func(string) string { return "" }, Flags: flags}, state.Home{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const shapes = "../../ui/e2e/shapes/testdata/"

// golden are apps of which every file is compared.
var golden = map[string]struct {
	folder, sample string
	options        Options
	services       []string
}{
	"hello":            {sample: "hello"},
	"accounts":         {sample: "accounts"},
	"django":           {folder: shapes + "django"},
	"data-media":       {folder: shapes + "data-media"},
	"data-sqlite-root": {folder: shapes + "data-sqlite-root"},
	"compiled":         {folder: shapes + "compiled"},
	"uv-lock":          {folder: shapes + "uv-lock", options: Options{CacheMounts: true}},
	"uv-workspace":     {folder: shapes + "uv-workspace"},
	"own-script":       {folder: shapes + "own-script"},
	"front-end":        {folder: shapes + "front-end", options: Options{CacheMounts: true}},
	"win-text":         {folder: shapes + "win-text"},
	"procfile":         {folder: shapes + "procfile", services: []string{"mariadb", "postgres", "redis"}},
}

// TestFiles compares what is written for an app with files that were read and found good.
// It writes them twice, for the same app gives the same bytes.
func TestFiles(t *testing.T) {
	for name, test := range golden {
		t.Run(name, func(t *testing.T) {
			files, err := Files(planOf(t, test.folder, test.sample, test.services...), test.options)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Files(planOf(t, test.folder, test.sample, test.services...), test.options)
			if err != nil || !slices.Equal(files, again) {
				t.Errorf("written twice, the files differ: %v", err)
			}
			folder := filepath.Join("testdata", name)
			if *update {
				os.RemoveAll(folder)
			}
			for _, f := range files {
				same(t, filepath.Join(folder, filepath.FromSlash(f.Path)), f.Content)
			}
		})
	}
}

func same(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s is not as it was (%v); if that is meant: go test ./steps/image -update\ngot:\n%s", path, err, got)
	}
}

// TestContext: the context has the app and the files, once each, and nothing that the
// bundle leaves out.
func TestContext(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\n", ".env": "KEY=secret\n", "Dockerfile": "FROM scratch\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var packed bytes.Buffer
	if err := Context(planOf(t, folder, ""), Options{}, &packed); err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		if text, _ := io.ReadAll(archive); header.Name == Dockerfile && bytes.Contains(text, []byte("scratch")) {
			t.Error("the app's own Dockerfile stands in the place of Slipway's")
		}
	}
	if want := []string{Dockerignore, Dockerfile, Compose, "app.py", "requirements.txt"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

// TestHostileText: text of an app's files is never an instruction.
func TestHostileText(t *testing.T) {
	const evil = "x\nUSER root\nRUN evil"
	for name, found := range map[string]app.Found{
		"a folder":      {Target: "app:app", PythonPath: evil},
		"a requirement": {Target: "app:app", Requirements: app.Requirements{Packages: []string{evil}, Source: "pyproject.toml"}},
		"a lock file":   {Target: "app:app", Requirements: app.Requirements{Packages: []string{evil}, Source: "poetry.lock", Locked: true}},
		"a project":     {Target: "app:app", Requirements: app.Requirements{Projects: []string{evil}, Source: "uv.lock", Locked: true}},
		"settings":      {Target: "app:app", SettingsModule: evil},
	} {
		_, err := Files(plan.Plan{Name: "shop", App: found}, Options{})
		if usage := (*providers.Usage)(nil); !errors.As(err, &usage) || usage.Next == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, found := range map[string]app.Found{
		"a target":  {Target: "app:make('" + evil + "')"},
		"a command": {Command: "./serve " + evil, Build: "make " + evil, Release: evil, Processes: map[string]string{"worker": evil}},
		"kept":      {Target: "app:app", Data: []app.Kept{{Path: "a b/$c"}, {Path: "x.db", File: true}}},
		"needs":     {Target: "app:app", Build: "make", Needs: []app.Need{{Name: "SECRET_KEY"}}},
	} {
		files, err := Files(plan.Plan{Name: "shop", App: found}, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range files {
			for line := range bytes.Lines([]byte(f.Content)) {
				if bytes.HasPrefix(line, []byte("USER root")) || bytes.HasPrefix(line, []byte("RUN evil")) {
					t.Errorf("%s: %s has the line %s", name, f.Path, line)
				}
			}
		}
	}
}
