package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRecipe(t *testing.T) {
	cache, certs := t.TempDir(), t.TempDir()
	plain, err := recipeFor("", cache, filepath.Join(certs, "absent"), asTree)
	if err != nil {
		t.Fatal(err)
	}
	if want := "debian-13-" + debianArch() + "-"; !strings.HasPrefix(plain.path, filepath.Join(cache, "images", want)) {
		t.Errorf("the image is at %s", plain.path)
	}
	again, err := recipeFor("debian-13", cache, filepath.Join(certs, "absent"), asTree)
	if err != nil || again.path != plain.path {
		t.Errorf("the same recipe is at %s, %v", again.path, err)
	}
	if err := os.WriteFile(filepath.Join(certs, "own ca.crt"), []byte("PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	trusting, err := recipeFor("", cache, certs, asTree)
	if err != nil || trusting.path == plain.path {
		t.Errorf("another set of authorities shares the image %s, %v", trusting.path, err)
	}
	command := strings.Join(trusting.command("/d"), "\n")
	for _, want := range []string{"copy-in '" + certs + "/own ca.crt' ", "update-ca-certificates", "\ntrixie\n/d\ndeb [signed-by=" + keyring + "]", "trixie-security main", "trixie-updates main"} {
		if !strings.Contains(command, want) {
			t.Errorf("%s\nlacks %q", command, want)
		}
	}
	for _, f := range plain.command("/d") {
		if strings.Contains(f, "update-ca-certificates") {
			t.Error("authorities are set up where there are none")
		}
	}
}

func TestFinish(t *testing.T) {
	b, err := recipeFor("debian-12", t.TempDir(), t.TempDir(), asTree)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for path, text := range map[string]string{
		"etc/ssh/ssh_host_rsa_key": "private", "etc/apt/sources.list": "deb x", "etc/machine-id": "uninitialized", "etc/ssh/sshd_config": "keep",
	} {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.finish(dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"etc/ssh/ssh_host_rsa_key", "etc/apt/sources.list"} {
		if present(filepath.Join(dir, path)) {
			t.Errorf("%s is left", path)
		}
	}
	for path, want := range map[string]string{
		"etc/machine-id": "", "etc/ssh/sshd_config": "keep", "etc/resolv.conf": "nameserver 10.0.2.3\n",
		"etc/apt/sources.list.d/debian.sources": b.debianSources(),
	} {
		got, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", path, got, err)
		}
	}
}
