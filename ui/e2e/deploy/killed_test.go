package deploy

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// TestKilled kills slipway at steps on this computer and on the server, with
// each signal, and goes on with the same command.
func TestKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	for _, c := range []struct {
		signal syscall.Signal
		steps  []string
	}{
		{syscall.SIGKILL, []string{"machine", "connection", "deployment"}},
		{syscall.SIGKILL, []string{"packages"}},
		{syscall.SIGINT, []string{"machine", "dependencies"}},
		{syscall.SIGTERM, []string{"connection", "release"}},
	} {
		t.Run(strings.Join(append(c.steps, c.signal.String()), " "), func(t *testing.T) {
			o := newOperator(t)
			o.killedAt(t, c.signal, c.steps)
		})
	}
}

func (o *operator) killedAt(t *testing.T, signal syscall.Signal, at []string) {
	tag := ""
	for _, step := range at {
		if !o.KillAt(signal, func(s string, status engine.Status) bool {
			// A machine that booted fast leaves the connection nothing to wait for.
			return s == step && (status == engine.Changing || step == "connection" && status == engine.Looking)
		}, "--sample", "hello") {
			t.Fatalf("step %s had nothing to do", step)
		}
		record, err := o.State().Read("hello")
		if err != nil {
			t.Fatalf("after a kill at %s: %v", step, err)
		}
		if tag != "" && record.Tag != tag {
			t.Errorf("after a kill at %s the tag is %s, it was %s", step, record.Tag, tag)
		}
		tag = record.Tag
	}
	resumed := o.Deploy("--sample", "hello")
	if status, body := e2e.Ask(t, resumed.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if record, err := o.State().Read("hello"); err != nil || record.Tag != tag || record.Unfinished() {
		t.Errorf("the record is %+v, %v; the tag was %s", record, err, tag)
	}
	if last := o.Deploy("--sample", "hello"); last.Changed {
		t.Errorf("something was left to change: %v", last.Steps)
	}
}
