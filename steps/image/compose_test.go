package image

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestPlain: a deployment's name is text in compose.yaml, whatever it looks like.
func TestPlain(t *testing.T) {
	for _, name := range []string{"shop", "shop-2", "002", "1e3", "0x1f", "12-30-10", "no", "on", "y", "true", "null", "nothing"} {
		var read struct{ Name any }
		if err := yaml.Unmarshal([]byte("name: "+plain(name)), &read); err != nil || read.Name != name {
			t.Errorf("%s is read as %#v, %v", name, read.Name, err)
		}
	}
	if got := plain("shop-2"); got != "shop-2" {
		t.Errorf("a plain name is written %s", got)
	}
}

// TestComposeIsYAML has each golden compose.yaml read: its anchors, and the texts of apps
// in it.
func TestComposeIsYAML(t *testing.T) {
	for name, test := range golden {
		files, err := Files(planOf(t, test.folder, test.sample, test.services...), test.options)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.Path != Compose {
				continue
			}
			var read struct {
				Services map[string]struct {
					ReadOnly bool     `yaml:"read_only"`
					Command  []string `yaml:"command"`
				}
			}
			if err := yaml.Unmarshal([]byte(f.Content), &read); err != nil || !read.Services["web"].ReadOnly {
				t.Errorf("%s: %v, %v", name, read, err)
			}
			if _, ok := read.Services["postgres"]; ok != (len(test.services) > 0) {
				t.Errorf("%s: the services are %v", name, read.Services)
			}
		}
	}
}
