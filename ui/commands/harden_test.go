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

// settingsFile is the list for people to read, beside the code that it is made from.
const settingsFile = "../../steps/hardening/README.md"

const settingsIntroduction = `<!-- Made from the code of this folder by: go generate ./ui/commands -->
# What Slipway sets on a server

Each row is one setting, the reason for it and the rules that it answers: those of the CIS benchmark for Debian, of ANSSI, of
Lynis, of ssh-audit and of systemd-analyze. The last column is the first profile of ` + "`--hardening`" + ` that has the setting. Each profile
includes those before it: minimal, standard (the default) and strict.

A container has the kernel of its host, so some settings can't be made there: Slipway says so and goes on.
` + "`slipway harden --explain`" + ` prints the same list, and ` + "`slipway audit`" + ` checks on a server what is really in effect.
`

// TestListOfSettings sees that the list for people has the settings of the code.
func TestListOfSettings(t *testing.T) {
	want := settingsMarkdown()
	got, err := os.ReadFile(settingsFile)
	if err == nil && string(got) == want {
		return
	}
	if !*golden.Update {
		t.Fatalf("%s does not have the settings of the code (%v): go generate ./ui/commands", settingsFile, err)
	}
	if err := os.WriteFile(settingsFile, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingsMarkdown() string {
	var b strings.Builder
	b.WriteString(settingsIntroduction)
	b.WriteString("\n## Settings\n\n| step | setting | because | answers | from |\n|---|---|---|---|---|\n")
	for _, s := range hardening.All() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Topic, s.What, s.Why, strings.Join(s.Rules, ", "), s.Where())
	}
	b.WriteString("\n## Where Slipway differs from benchmarks\n\nNo profile sets these, or Slipway sets them where the benchmark does not look.\n\n| a benchmark asks for | Slipway differs because |\n|---|---|\n")
	for _, e := range hardening.Exceptions() {
		fmt.Fprintf(&b, "| %s | %s |\n", e.What, e.Why)
	}
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
