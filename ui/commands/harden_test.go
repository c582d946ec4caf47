package commands

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"slipway/steps/hardening"
	"slipway/ui/golden"
)

const (
	readme    = "../../README.md"
	listBegin = "<!-- The settings, from steps/hardening: go generate ./ui/commands -->\n"
	listEnd   = "<!-- end of the settings -->\n"
)

// TestReadmeListsTheSettings sees that the README has the list of the code.
func TestReadmeListsTheSettings(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(data), listBegin)
	_, after, ends := strings.Cut(rest, listEnd)
	if !begins || !ends {
		t.Fatal("README.md has no place for the list of settings")
	}
	want := before + listBegin + markdown() + listEnd + after
	if want == string(data) {
		return
	}
	if !*golden.Update {
		t.Fatal("README.md does not have the list of settings as it is: go generate ./ui/commands")
	}
	if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func markdown() string {
	var b strings.Builder
	b.WriteString("\n| step | what is so | because | answers | from |\n|---|---|---|---|---|\n")
	for _, s := range hardening.All() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Topic, s.What, s.Why, strings.Join(s.Rules, ", "), s.Where())
	}
	b.WriteString("\nLeft as it is, whatever the profile, though benchmarks ask for it:\n\n| what | because |\n|---|---|\n")
	for _, l := range hardening.Left() {
		fmt.Fprintf(&b, "| %s | %s |\n", l.What, l.Why)
	}
	b.WriteString("\n")
	return b.String()
}

func TestHarden(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		want string
		not  string
	}{
		"all":     {[]string{"--explain"}, exitDone, "strict", ""},
		"minimal": {[]string{"--explain", "--hardening", "minimal"}, exitDone, "sshd's PermitRootLogin is no", "standard"},
		"json":    {[]string{"--explain", "--json", "--hardening", "minimal"}, exitDone, `"event":"setting","step":"login"`, "standard"},
		"nothing": {nil, exitUsage, "--explain", ""},
		"unknown": {[]string{"--explain", "--hardening", "lax"}, exitUsage, "lax", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			code := Main(t.Context(), append([]string{"harden"}, c.args...), Streams{Out: &out, Err: &out, Getenv: func(string) string { return "" }})
			if code != c.code || !strings.Contains(out.String(), c.want) || c.not != "" && strings.Contains(out.String(), c.not) {
				t.Errorf("exit %d\n%s", code, out.String())
			}
		})
	}
}
