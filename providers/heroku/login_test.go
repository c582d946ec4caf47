package heroku

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"slipway/providers"
)

func TestToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ netrc, key, want string }{
		"none":                  {want: ""},
		"the key":               {key: "k", netrc: "machine api.heroku.com login a password b", want: "k"},
		"what heroku login did": {netrc: "machine api.heroku.com\n  login a@example.com\n  password secret\nmachine git.heroku.com\n  login a\n  password other\n", want: "secret"},
		"in one line":           {netrc: "machine x login y password z machine api.heroku.com login a password b", want: "b"},
		"comments":              {netrc: "# password no\nmachine api.heroku.com # machine x\n\n\tlogin password\n\tpassword b # password c\n", want: "b"},
		"a # in a password":     {netrc: "machine api.heroku.com password b#c", want: "b#c"},
		"another machine":       {netrc: "machine git.heroku.com login a password b\ndefault login c password d", want: ""},
		"after the default":     {netrc: "machine api.heroku.com login a\ndefault password d", want: ""},
		"cut off":               {netrc: "machine api.heroku.com login a password", want: ""},
		"cut off earlier":       {netrc: "machine", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if c.netrc != "" {
				if err := os.WriteFile(filepath.Join(home, ".netrc"), []byte(c.netrc), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, env := range []map[string]string{{"HOME": home}, {"HOME": "/nowhere", "NETRC": filepath.Join(home, ".netrc")}} {
				env["HEROKU_API_KEY"] = c.key
				if got, err := Token(func(name string) string { return env[name] }); got != c.want || err != nil {
					t.Errorf("with %v: %q, %v; want %q", env, got, err, c.want)
				}
			}
		})
	}
}

func TestTokenOfNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := Token(func(name string) string { return map[string]string{"NETRC": folder}[name] })
	if usage, ok := errors.AsType[*providers.Usage](err); !ok || usage.Next == "" {
		t.Errorf("got %v, want a *providers.Usage", err)
	}
}
