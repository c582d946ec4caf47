package shell

import (
	"os/exec"
	"testing"
)

func TestScript(t *testing.T) {
	const text = "# shellcheck shell=sh\n# Prints both, then its words.\n: \"${unit?}\" \"${empty?}\"\n\n# said\nprintf '<%s>' \"$unit\" \"$empty\" \"$@\"\n"
	for name, c := range map[string]struct {
		values Values
		words  []string
		want   string
	}{
		"plain":   {Values{"unit": "a.service", "empty": ""}, nil, "<a.service><>"},
		"hostile": {Values{"unit": "'; echo $(id) \"\n`x`", "empty": ""}, []string{"a b", "$HOME", "'"}, "<'; echo $(id) \"\n`x`><><a b><$HOME><'>"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("sh", "-euc", Script(text, c.values, c.words...)).Output()
			if err != nil || string(out) != c.want {
				t.Errorf("got %q, %v, want %q", out, err, c.want)
			}
		})
	}
}

func TestScriptWithOtherParameters(t *testing.T) {
	for name, values := range map[string]Values{"one missing": {}, "one too many": {"unit": "", "other": ""}} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("the script was made")
				}
			}()
			Script(": \"${unit?}\"\necho \"$unit\"\n", values)
		})
	}
}
