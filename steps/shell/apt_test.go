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
		"enabled":   {"systemctl enable a.service; systemctl start a.service", "--no-reload enable a.service; daemon-reload; start -- a.service"},
		"restarted": {"systemctl start a.service; systemctl restart b.service; systemctl start c.service", "daemon-reload; start -- a.service; restart b.service; daemon-reload; start -- c.service"},
		"stopped":   {"systemctl start a.service; systemctl stop a.service", "daemon-reload; start -- a.service; stop a.service"},
		"a user's":  {"systemctl --user daemon-reload", "--user daemon-reload"},
		"failed":    {"systemctl start a.service; exit 7", "daemon-reload; start -- a.service; failed 7"},
		"killed":    {"systemctl start a.service; kill -9 $$", "daemon-reload; start -- a.service; failed 137"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			asked := filepath.Join(folder, "asked")
			real := "#!/bin/sh\necho \"$*\" >>" + asked + "\n"
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
