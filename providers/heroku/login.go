package heroku

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"slipway/providers"
	"slipway/state/regular"
)

// Token finds the operator's token as the heroku command does: in HEROKU_API_KEY, else
// in what heroku login left in ~/.netrc, or in the file that NETRC names. It is empty
// if there is none. A file that can't be read is a *providers.Usage.
func Token(getenv func(string) string) (string, error) {
	if key := getenv("HEROKU_API_KEY"); key != "" {
		return key, nil
	}
	path := netrcPath(getenv)
	if path == "" {
		return "", nil
	}
	text, err := regular.Read(context.Background(), path, regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", &providers.Usage{Err: fmt.Errorf("what heroku login left in %s can't be read: %w", path, err), Next: "mend the file, or set HEROKU_API_KEY"}
	}
	return passwordOf(string(text), "api.heroku.com"), nil
}

// passwordOf is what a netrc file has as the password of a machine; empty if it has
// none. There are libraries for it; the ones at hand fail at comments, or end the
// program at a file that is cut off.
func passwordOf(text, machine string) string {
	var words []string
	for line := range strings.Lines(text) {
		before, _, _ := strings.Cut(" "+line, " #")
		words = append(words, strings.Fields(before)...)
	}
	for i, ours := 0, false; i+1 < len(words); i++ {
		switch words[i] {
		case "machine":
			i++
			ours = words[i] == machine
		case "default", "macdef":
			ours = false
		case "login", "account":
			i++
		case "password":
			i++
			if ours {
				return words[i]
			}
		}
	}
	return ""
}

// netrcPath is where the file is; empty if nobody knows.
func netrcPath(getenv func(string) string) string {
	if path := getenv("NETRC"); path != "" {
		return path
	}
	home := getenv("HOME")
	if home == "" {
		home, _ = os.UserHomeDir() // without one there is no file
	}
	if home == "" {
		return ""
	}
	if windows := filepath.Join(home, "_netrc"); runtime.GOOS == "windows" {
		if _, err := os.Stat(windows); err == nil {
			return windows
		}
	}
	return filepath.Join(home, ".netrc")
}
