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
