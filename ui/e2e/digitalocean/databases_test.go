package digitalocean

import (
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// TestTooSmallForDatabases has the plan say when a size is small for the databases beside
// the app, and what the next one costs; only looks are asked for.
func TestTooSmallForDatabases(t *testing.T) {
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	o := cloud.Operator(t)
	for services, told := range map[string]bool{"postgres": false, "mariadb": true, "none": false} {
		r := o.Must("--yes", "--plan", "--provider", "digitalocean", "--sample", "hello", "--service", services)
		said := r.Stdout + r.Stderr
		if strings.Contains(said, "512 MB of memory are little for the app and MariaDB beside it; 540 MB are enough: --size s-1vcpu-1gb has 1024 MB and costs $6.00 a month") != told {
			t.Errorf("%s: %s", services, said)
		}
	}
	cloud.OnlyGETs(t)
}
