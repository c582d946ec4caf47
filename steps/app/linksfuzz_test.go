package app

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// linkWords are what paths and targets of links are made of.
var linkWords = []string{"a", "b", "c", "d", "..", "..", ".", "", "d/e"}

// linkTree makes links of bytes: three for the path, as many as the next one says for the
// target, and so on. A first word that is empty makes a target absolute.
func linkTree(data []byte) symlinks {
	word := func() string {
		if len(data) == 0 {
			return ""
		}
		w := linkWords[int(data[0])%len(linkWords)]
		data = data[1:]
		return w
	}
	links := symlinks{}
	for len(data) > 3 && len(links) < 12 {
		name := path.Join("/", word(), word(), word())[1:]
		n := int(data[0]) % 6
		data = data[1:]
		var words []string
		for range n {
			words = append(words, word())
		}
		if target := strings.Join(words, "/"); name != "" && target != "" {
			links[name] = target
		}
	}
	return links
}

// FuzzLinks has the kernel follow the same links.
func FuzzLinks(f *testing.F) {
	f.Add([]byte{3, 8, 4, 2, 4, 4, 0, 7, 7, 3, 3, 8, 4, 1, 7, 7, 3, 0, 4, 4})
	f.Add([]byte{0, 7, 7, 2, 1, 2, 1, 7, 7, 2, 0, 4, 2, 7, 7, 2, 7, 3})
	// x -> d/e/.. by way of a link to a folder below, then up.
	f.Add([]byte{0, 0, 7, 2, 8, 7, 1, 2, 7, 5, 0, 0, 4, 4, 4, 1, 3, 7, 4, 0, 0, 4, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		links, dir := linkTree(data), t.TempDir()
		for _, folder := range []string{"app/a", "app/b", "app/d/e", "b"} {
			if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		root := filepath.Join(dir, "app")
		made := symlinks{}
		for name, target := range links {
			at := filepath.Join(root, name)
			if real, err := filepath.EvalSymlinks(filepath.Dir(at)); err != nil || real != filepath.Dir(at) {
				continue // a walk finds no file below a link
			}
			if os.Remove(at); os.Symlink(target, at) == nil {
				made[name] = target
			}
		}
		for name := range made {
			left := &atomic.Int64{}
			left.Store(maxTargets)
			leads, outside, _ := follow(name, left, func(at string) (string, bool) { target, ok := made[at]; return target, ok })
			real, err := filepath.EvalSymlinks(filepath.Join(root, name))
			if err != nil {
				continue // it leads nowhere
			}
			if !outside && real != filepath.Join(root, leads) {
				t.Errorf("%s of %q leads to %s, and %s is found", name, made, real, leads)
			}
		}
	})
}
