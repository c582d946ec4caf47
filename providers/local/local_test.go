package local

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers"
)

func TestNew(t *testing.T) {
	for _, name := range []string{"vmware", "kvm"} {
		_, err := New(Options{Engine: name, Dir: "d", Cache: "c"})
		var usage *providers.Usage
		if !errors.As(err, &usage) || !strings.Contains(usage.Next, "nspawn") || !strings.Contains(err.Error(), name) {
			t.Errorf("engine %q: %v", name, err)
		}
	}
	for _, name := range []string{"", "nspawn", "qemu"} {
		p, err := New(Options{Engine: name, Dir: "d", Cache: "c"})
		if err != nil || p.Name() != "local" || !filepath.IsAbs(p.dir) {
			t.Errorf("engine %q: %+v, %v", name, p, err)
		}
	}
	if _, err := New(Options{Cache: "c"}); err == nil {
		t.Error("without a folder the machine would be in the current one")
	}
}

func TestCheckSpec(t *testing.T) {
	good := providers.Spec{Tag: "slipway-a-0"}
	for name, c := range map[string]struct {
		change func(*providers.Spec)
		want   string
	}{
		"default":   {func(*providers.Spec) {}, ""},
		"debian-12": {func(s *providers.Spec) { s.Image = "debian-12" }, ""},
		"region":    {func(s *providers.Spec) { s.Region = "fra1" }, "fra1"},
		"size":      {func(s *providers.Spec) { s.Size = "s-1vcpu-1gb" }, "s-1vcpu-1gb"},
	} {
		spec := good
		c.change(&spec)
		err := checkSpec(spec)
		var usage *providers.Usage
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || usage.Next == ""):
			t.Errorf("%s: %v", name, err)
		}
	}
	if checkSpec(providers.Spec{}) == nil {
		t.Error("a deployment without a tag was accepted")
	}
}

// TestCheckImage: a wrong image is told before anything is made, and what would
// make sense instead.
func TestCheckImage(t *testing.T) {
	for _, c := range []struct{ engine, image, next string }{
		{"nspawn", "ubuntu-24.04", "debian-13"},
		{"qemu", "ubuntu-24.04", "debian-13"},
		{"nspawn", "./x.qcow2", "--engine qemu"},
		{"qemu", "/absent/x.qcow2", "path"},
		{"qemu", "https://h.example/x.qcow2", "#sha256:"},
	} {
		p, err := New(Options{Engine: c.engine, Dir: t.TempDir(), Cache: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var usage *providers.Usage
		err = p.Check(t.Context(), providers.Spec{Tag: "slipway-unit-1", Image: c.image})
		if !errors.As(err, &usage) || !strings.Contains(usage.Next, c.next) {
			t.Errorf("%s on %s: %v", c.image, c.engine, err)
		}
	}
}

// TestOtherTag: a folder with another deployment's machine is neither shown nor
// removed.
func TestOtherTag(t *testing.T) {
	p, err := New(Options{Dir: t.TempDir(), Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	mine, other := providers.Spec{Tag: "slipway-unit-mine"}, providers.Spec{Tag: "slipway-unit-other"}
	if err := writeRecord(p.layout(other), record{Tag: other.Tag, Address: "127.1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if held, err := p.Holdings(t.Context(), mine); err != nil || len(held) > 0 {
		t.Errorf("holds %v, %v", held, err)
	}
	if err := p.Destroy(t.Context(), mine, func(line string) { t.Error(line) }); err != nil {
		t.Error(err)
	}
	if held, err := p.Holdings(t.Context(), other); err != nil || len(held) != 1 || !strings.Contains(held[0].Detail, "127.1.2.3") {
		t.Errorf("the other holds %v, %v", held, err)
	}
}
