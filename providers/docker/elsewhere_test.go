package docker

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
)

// TestElsewhere: an image for another platform is built and tested here, can be read, and
// leaves nothing but what the next build is made of; nothing else is made for it.
func TestElsewhere(t *testing.T) {
	w := newOpened(t)
	app := testApp("one")
	app.Variables = map[string]string{"SECRET": "s"}
	app.TestCommand = `test -e uploads/seed.txt && touch uploads/by-test && echo tested "$SECRET"`
	var lines []string
	report := func(line string) { lines = append(lines, line) }
	spec := w.spec
	spec.Region, spec.Size = "fra", "apps-s-1vcpu-1gb" // another platform's own
	built, err := w.BuildElsewhere(t.Context(), spec, app, report)
	if err != nil {
		t.Fatal(err)
	}
	if built.Name != imageName(w.spec, "one") || len(built.Command) == 0 || !slices.Contains(lines, "tested s") {
		t.Errorf("built %+v\n%s", built, strings.Join(lines, "\n"))
	}
	var saved bytes.Buffer
	if err := w.SaveImage(t.Context(), spec, built, &saved); err != nil {
		t.Fatal(err)
	}
	if !holds(t, &saved, "manifest.json") {
		t.Error("what was saved is no image")
	}
	app = testApp("two")
	app.TestCommand = "echo 1 failed; exit 3"
	_, err = w.BuildElsewhere(t.Context(), spec, app, report)
	failed, ok := errors.AsType[*providers.Failed](err)
	if !ok || !strings.Contains(failed.Error(), "the test command failed with status 3: ") {
		t.Errorf("tests that fail: %v", err)
	}
	if _, err := w.BuildElsewhere(t.Context(), spec, testApp("three"), report); err != nil {
		t.Fatal(err)
	}
	held, err := w.again().Holdings(t.Context(), w.spec)
	if err != nil || slices.ContainsFunc(held, func(h providers.Holding) bool {
		return h.Kind != heldImage || strings.HasSuffix(h.ID, ":one") || strings.HasSuffix(h.ID, ":two")
	}) {
		t.Errorf("the engine has %+v, %v", held, err)
	}
	if err := w.again().ForgetImages(t.Context(), spec, report); err != nil {
		t.Fatal(err)
	}
	if held, err := w.again().Holdings(t.Context(), w.spec); err != nil || len(held) > 0 {
		t.Errorf("the engine still has %+v, %v", held, err)
	}
}

// holds tells whether a tar has a file.
func holds(t *testing.T, text io.Reader, name string) bool {
	t.Helper()
	for archive := tar.NewReader(text); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Name == name {
			return true
		}
	}
}
