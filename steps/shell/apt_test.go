package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestServicesStartLate has dpkg's scripts ask systemd for what they usually do. What
// they put off is done once at the end, before anything that it could have an effect on,
// and what they only ask is answered at once.
func TestServicesStartLate(t *testing.T) {
	for name, c := range map[string]struct{ scripts, want string }{
		"nothing":   {"systemctl is-active a.service", "is-active a.service"},
		"reloads":   {"systemctl --system daemon-reload; systemctl daemon-reload", "daemon-reload"},
		"starts":    {"systemctl daemon-reload; systemctl --quiet --system start b.service a.service; systemctl start b.service", "daemon-reload; start -- a.service b.service"},
		"twice":     {"systemctl enable on.service; systemctl start on.service", "is-enabled on.service; daemon-reload; start -- on.service"},
		"enabled":   {"systemctl enable a.service; systemctl start a.service", "is-enabled a.service; --no-reload enable a.service; daemon-reload; start -- a.service"},
		"restarted": {"systemctl start a.service; systemctl restart b.service; systemctl start c.service", "daemon-reload; start -- a.service; restart b.service; daemon-reload; start -- c.service"},
		"stopped":   {"systemctl start a.service; systemctl stop a.service", "daemon-reload; start -- a.service; stop a.service"},
		"a user's":  {"systemctl --user daemon-reload", "--user daemon-reload"},
		"failed":    {"systemctl start a.service; exit 7", "daemon-reload; start -- a.service; failed 7"},
		"killed":    {"systemctl start a.service; kill -9 $$", "daemon-reload; start -- a.service; failed 137"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			asked := filepath.Join(folder, "asked")
			real := "#!/bin/sh\necho \"$*\" >>" + asked + "\n[ \"$*\" != \"is-enabled on.service\" ] || echo enabled\n"
			if err := os.WriteFile(filepath.Join(folder, "systemctl"), []byte(real), 0o700); err != nil {
				t.Fatal(err)
			}
			script := AptFunctions() + "\nstarting_late env PATH=\"$stand_ins:$PATH\" sh -c " + Quote(c.scripts) + " || echo \"failed $?\" >>" + asked +
				"\n[ ! -e \"$stand_ins\" ] || echo left >>" + asked
			script = strings.NewReplacer("/usr/bin/systemctl", folder+"/systemctl", "/run/slipway", folder+"/run", "/var/lib/slipway", folder+"/lib").Replace(script)
			sh := exec.CommandContext(t.Context(), "sh", "-euc", script)
			sh.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
			out, err := sh.CombinedOutput()
			got, _ := os.ReadFile(asked)
			if said := strings.ReplaceAll(strings.TrimSpace(string(got)), "\n", "; "); err != nil || said != c.want {
				t.Errorf("systemd was asked for %q, want %q: %v\n%s", said, c.want, err, out)
			}
		})
	}
}

// TestOnlyNew allows dpkg not to wait for the disk only where apt adds packages and
// replaces nothing, and keeps first which they are.
func TestOnlyNew(t *testing.T) {
	const header = "VERSION 2\nAPT::Architecture=amd64\n\n"
	for name, c := range map[string]struct{ list, before, names string }{
		"new":      {header + "a - < 1.0 /x/a.deb\nb - < 2 /x/b.deb\na - < 1.0 **CONFIGURE**\n", "", "a b"},
		"upgraded": {header + "a - < 1.0 /x/a.deb\nb 1 < 2 /x/b.deb\n", "", ""},
		"removed":  {header + "a - < 1.0 /x/a.deb\nb 1 > - **REMOVE**\n", "", ""},
		"again":    {header + "a 1.0 = 1.0 /x/a.deb\n", "", ""},
		"nothing":  {header, "", ""},
		"torn":     {header + "a - < 1.0 /x/a.deb\n", "another-boot\nz\n", "z"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			unpacking, hook := filepath.Join(folder, "unpacking"), filepath.Join(folder, "only-new")
			text := "#!/bin/sh\n" + Script(aptOnlyNewText, Values{"unpacking": unpacking})
			if err := os.WriteFile(hook, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
			if c.before != "" {
				if err := os.WriteFile(unpacking, []byte(c.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			apt := exec.CommandContext(t.Context(), hook)
			apt.Stdin = strings.NewReader(c.list)
			if out, err := apt.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v: %s", err, out)
			}
			kept, _ := os.ReadFile(unpacking)
			_, names, _ := strings.Cut(string(kept), "\n")
			_, err := os.Stat(filepath.Join(folder, "new-only"))
			if got := strings.Join(strings.Fields(names), " "); got != c.names || (err == nil) != (c.names != "" && c.before == "") {
				t.Errorf("kept %q, allowed: %t", got, err == nil)
			}
		})
	}
}
