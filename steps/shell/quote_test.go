package shell

import (
	"os/exec"
	"strings"
	"testing"
)

// sh runs a script as a job does.
func sh(t *testing.T, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-eu")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	return string(out)
}

// TestQuote has a real shell print every kind of word back.
func TestQuote(t *testing.T) {
	for _, word := range []string{"", "plain", "two words", "it's", `"`, "$HOME `id` \\", "a\nb\n", "\t\x01\xff", "~", "-n", "*", "!", "é☃", "%s"} {
		if got := sh(t, Command("printf", "%s.", word)); got != word+"." {
			t.Errorf("%q came back as %q", word, got)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("it's\n$x")
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) {
			t.Skip("no shell can carry it")
		}
		if got := sh(t, Command("printf", "%s.", word)); got != word+"." {
			t.Errorf("%q came back as %q", word, got)
		}
	})
}
