package local

import (
	"slices"
	"strings"
	"testing"
)

func TestMissing(t *testing.T) {
	list := []tool{{pkg: "a", files: []string{"/a", "/other/a"}}, {pkg: "b", files: []string{"/b"}}}
	for have, want := range map[string]string{"": "a, b", "/a": "b", "/other/a": "b", "/b": "a", "/a /b": ""} {
		got := packages(missing(list, func(path string) bool { return slices.Contains(strings.Fields(have), path) }))
		if got != want {
			t.Errorf("with %q, %q are missing, not %q", have, got, want)
		}
	}
	commands := aptCommands(list)
	if got := strings.Join(commands[0], " "); !strings.HasSuffix(got, "DPkg::Lock::Timeout=300 update") {
		t.Errorf("first %s", got)
	}
	if got := strings.Join(commands[1], " "); !strings.HasSuffix(got, "install a b") || !strings.Contains(got, " -y ") {
		t.Errorf("then %s", got)
	}
}
