//go:build linux

package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestUmask deploys for an operator whose files nobody else may read, and for one whose
// files everybody may write.
func TestUmask(t *testing.T) {
	localtest.NeedMachines(t)
	for _, mask := range []string{"077", "000"} {
		t.Run(mask, func(t *testing.T) {
			o := e2e.NewOperator(t, 2*time.Minute)
			cmd := o.Command("--yes", "--sample", "hello", "--name", "umask-"+mask)
			cmd.Args = append([]string{"sh", "-c", "umask " + mask + `; exec "$@"`, "sh"}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
			cmd.Path = "/bin/sh"
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			modes := o.Must("ssh", "umask-"+mask, "--", "stat -c %a / /etc /usr /var/lib").Stdout
			if strings.Join(strings.Fields(modes), " ") != "755 755 755 755" {
				t.Errorf("got %s", modes)
			}
			for _, name := range []string{"state.json", "login_key", "."} {
				info, err := os.Stat(filepath.Join(o.State().Folder("umask-"+mask), name))
				if err == nil && info.Mode().Perm()&0o077 != 0 || err != nil && !os.IsNotExist(err) {
					t.Errorf("%s: %v, %v", name, info.Mode(), err)
				}
			}
		})
	}
}
