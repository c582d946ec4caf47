package fast

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

func TestBadInput(t *testing.T) {
	o := e2e.NewOperator(t, need)
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no terminal":       {[]string{"--sample", "hello"}, "--yes"},
		"no folder":         {[]string{"--yes", "/does/not/exist"}, "/does/not/exist"},
		"a file":            {[]string{"--yes", file}, "not a folder"},
		"no app":            {[]string{"--yes", empty}, "slipway.toml"},
		"bad name":          {[]string{"--yes", "--sample", "hello", "--name", "Not_A_Name"}, "Not_A_Name"},
		"reserved name":     {[]string{"--yes", "--sample", "hello", "--name", "cache"}, "cache"},
		"empty name":        {[]string{"--yes", "--sample", "hello", "--name", ""}, "--name"},
		"unknown provider":  {[]string{"--yes", "--sample", "hello", "--provider", "moon"}, "moon"},
		"unknown hardening": {[]string{"--yes", "--sample", "hello", "--hardening", "steel"}, "steel"},
		"unknown image":     {[]string{"--yes", "--sample", "hello", "--image", "plan-9"}, "debian-13"},
		"env without =":     {[]string{"--yes", "--sample", "hello", "--env", "FOO"}, "KEY=VALUE"},
		"env bad key":       {[]string{"--yes", "--sample", "hello", "--env", "1A=x"}, "1A"},
		"no env file":       {[]string{"--yes", "--sample", "hello", "--env-file", "/does/not/exist"}, "--env-file"},
		"unknown flag":      {[]string{"--yes", "--sample", "hello", "--bogus"}, "--bogus"},
		"unknown sample":    {[]string{"--yes", "--sample", "nope"}, "hello"},
		"sample and folder": {[]string{"--yes", "--sample", "hello", "."}, "--sample"},
		"two folders":       {[]string{"--yes", ".", ".."}, "too many"},
		"destroy unknown":   {[]string{"destroy", "-y", "nope"}, "nope"},
		"status of nothing": {[]string{"status"}, "no deployment"},
		"destroy, no -y":    {[]string{"destroy", "nope"}, "-y"},
	} {
		t.Run(name, func(t *testing.T) {
			r := o.Run(c.args...)
			if r.Code != 2 {
				t.Errorf("exit %d, want 2", r.Code)
			}
			last := r.Stderr[strings.LastIndexByte(strings.TrimSuffix(r.Stderr, "\n"), '\n')+1:]
			if !strings.HasPrefix(last, "error: ") || !strings.Contains(last, c.want) || strings.Count(r.Stderr, "error: ") != 1 {
				t.Errorf("stderr is %q, want one error that names %q", r.Stderr, c.want)
			}
			if r.Stdout != "" {
				t.Errorf("stdout is %q", r.Stdout)
			}
			if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
				t.Error("something was created")
			}
		})
	}
}

// TestHopeless asks for what can't be decided.
func TestHopeless(t *testing.T) {
	o := e2e.NewOperator(t, need)
	for folder, want := range map[string]string{
		"no-app":   `no Python web app was found in FOLDER: set app.wsgi = "module:object" in slipway.toml`,
		"two-apps": `2 web apps were found in FOLDER (admin:admin in admin.py line 3, shop:shop in shop.py line 3): set app.wsgi = "admin:admin", or the other one, in slipway.toml`,
	} {
		t.Run(folder, func(t *testing.T) {
			path := absolute(t, filepath.Join("testdata", folder))
			r := o.Run("--yes", path)
			want := "error: " + strings.ReplaceAll(want, "FOLDER", path)
			if r.Code != 2 || r.Stdout != "" || !strings.HasPrefix(r.Stderr, want) {
				t.Errorf("exit %d, want 2: %q, want %q", r.Code, r.Stderr, want)
			}
			if _, err := os.Stat(o.State().Dir); !os.IsNotExist(err) {
				t.Errorf("something was made: %v", err)
			}
		})
	}
}

// TestSSHBadInput names servers that can't be deployed to.
func TestSSHBadInput(t *testing.T) {
	o := e2e.NewOperator(t, need)
	o.Env = []string{"HOME=" + t.TempDir(), "SSH_AUTH_SOCK="}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no host":   {nil, 2, "--host USER@HOST"},
		"no user":   {[]string{"--host", "example.com"}, 2, "USER@HOST"},
		"a size":    {[]string{"--host", "root@127.0.0.1:1", "--size", "large"}, 2, "--size"},
		"not there": {[]string{"--host", "root@127.0.0.1:1"}, 1, "can't be reached"},
		"bad port":  {[]string{"--host", "root@host:99999"}, 2, "root@host:99999"},
	} {
		r := o.Run(append([]string{"--yes", "--sample", "hello", "--provider", "ssh"}, c.args...)...)
		if r.Code != c.code || !strings.Contains(r.Stderr, c.want) {
			t.Errorf("%s: exit %d, want %d and %q\n%s", name, r.Code, c.code, c.want, r.Stderr)
		}
		if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
	}
}

func TestDigitalOceanRefuses(t *testing.T) {
	o := e2e.NewOperator(t, need)
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		want string
	}{
		"no token": {nil, []string{"--provider", "digitalocean"}, 3, "DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN"},
		"clear text": {[]string{"DIGITALOCEAN_TOKEN=" + e2e.Token, "DIGITALOCEAN_API_URL=http://192.0.2.1"},
			[]string{"--provider", "digitalocean"}, 2, "unencrypted"},
		"domain of a local machine": {nil, []string{"--domain", "a.example.com"}, 2, "--domain"},
	} {
		o.Env = c.env
		r := o.Run(append([]string{"--yes", "--sample", "hello"}, c.args...)...)
		if r.Code != c.code || !strings.Contains(r.Stderr, c.want) || strings.Contains(r.Stdout+r.Stderr, e2e.Token) {
			t.Errorf("%s: exit %d, want %d\n%s", name, r.Code, c.code, r.Stderr)
		}
		if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
	}
}
