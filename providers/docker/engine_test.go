package docker

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/docker/dockertest"
	"slipway/state"
)

// opened is a deployment in a real engine that the tests of the package share.
type opened struct {
	*Provider
	engine *dockertest.Engine
	spec   providers.Spec
}

func newOpened(t *testing.T) opened {
	engine := dockertest.Shared(t, "python:3.13-slim")
	w := opened{engine: engine, spec: providers.Spec{Name: "shop", Tag: state.NewTag("shop")}}
	w.Provider = w.again()
	t.Cleanup(func() {
		if err := w.again().Destroy(context.WithoutCancel(t.Context()), w.spec, func(string) {}); err != nil {
			t.Error(err)
		}
	})
	return w
}

// again is the provider of a later run.
func (w opened) again() *Provider {
	return New(Options{Getenv: func(key string) string {
		for _, entry := range w.engine.Env() {
			if name, value, _ := strings.Cut(entry, "="); name == key {
				return value
			}
		}
		return ""
	}})
}

// in is the deployment as the provider sees it.
func (w opened) in(t *testing.T) deployment {
	t.Helper()
	d, err := w.open(w.spec)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// testApp is a release of the app in testdata. Its name is on its page; one whose name begins
// with "broken" can't start.
func testApp(release string) providers.App {
	return providers.App{
		Release: release, Archive: func(w io.Writer) error { return testContext(w, release) },
		Data: []string{"/app/uploads", "/var/lib/app/state"},
	}
}

func testContext(w io.Writer, release string) error {
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	for _, name := range []string{"Dockerfile", "app.py"} {
		text, err := os.ReadFile("testdata/app/" + name)
		if err != nil {
			return err
		}
		content := strings.ReplaceAll(string(text), `"RELEASE"`, `"`+release+`"`)
		err = archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))})
		if err == nil {
			_, err = io.WriteString(archive, content)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), packed.Close())
}
