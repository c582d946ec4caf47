package ssh

import (
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestSSHOrphan leaves a job on the server whose run is gone and which waits for what nobody
// brings: a look tells of it and leaves it alone, and destroy ends it before it removes what
// the job may write.
func TestSSHOrphan(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s, o, flags := bareAndOperator(t)
	o.Deploy(flags...)
	o.Root("hello", e2e.OrphanedJob)
	if r := o.Must(append([]string{"--plan"}, flags...)...); !strings.Contains(r.Stdout+r.Stderr, "the step apply, which an earlier run started, still runs") {
		t.Errorf("the plan says\n%s%s", r.Stdout, r.Stderr)
	}
	if state := o.Root("hello", "systemctl is-active slipway-job-apply.service; ls /run/slipway/jobs/apply"); state != "active" {
		t.Errorf("after a look the job is %s", state)
	}
	if r := o.Must("destroy", "-y", "--lose-data", "hello"); !strings.Contains(r.Stdout+r.Stderr, "waiting for the step apply, which an earlier run started") {
		t.Errorf("destroy says\n%s%s", r.Stdout, r.Stderr)
	}
	if left := s.root(t, "ls -d /etc/slipway /var/lib/slipway /srv/app-hello 2>/dev/null || :; systemctl is-active slipway-job-apply.service || :"); left != "inactive" {
		t.Errorf("after destroy there is %s", left)
	}
}
