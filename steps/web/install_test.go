package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"slipway/steps/shell"
)

// TestInstallNoCertificate has the user who asks the authority pass something else off as a
// certificate: the one that nginx has stays.
func TestInstallNoCertificate(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	for name, text := range map[string]string{
		"nothing":        "",
		"no certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"words":          "authority https://acme.slipway.test\n",
		"without an end": "/dev/zero",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			obtained, certificate := filepath.Join(dir, "site.pem"), filepath.Join(dir, "etc", "certificate.pem")
			script := shell.Program(shell.Bounds(), shell.Script(installText, shell.Values{
				"obtained": obtained, "user": "daemon", "certificate": certificate,
				"plain": dir + "/plain", "secure": dir + "/secure", "enabled": dir + "/enabled"}))
			made := shell.Lines("chmod 755 .. .; mkdir etc; echo good >etc/certificate.pem; ln -s secure enabled",
				`case $1 in /dev/*) ln -s "$1" site.pem ;; *) printf %s "$1" >site.pem ;; esac`)
			run := func(args ...string) ([]byte, error) {
				cmd := exec.Command("sh", args...)
				cmd.Dir = dir
				return cmd.CombinedOutput()
			}
			if out, err := run("-ec", made, "sh", text); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if out, err := run("-c", script); err == nil {
				t.Errorf("it was installed:\n%s", out)
			}
			if kept, err := os.ReadFile(certificate); string(kept) != "good\n" {
				t.Errorf("the certificate is %.60q, %v", kept, err)
			}
		})
	}
}
