package docker

import (
	"os"
	"strings"
	"testing"
)

// TestLostRecord loses the record of a deployment: a plan tells of what is there, adopt
// takes it up by its tag, and nothing is made a second time.
func TestLostRecord(t *testing.T) {
	o := newOperator(t)
	first := o.deploy("--sample", "hello")
	tag := o.tag("hello")
	failOn(t, os.RemoveAll(o.State().Folder("hello")))
	if r := o.Must("--yes", "--provider", "docker", "--sample", "hello", "--plan"); !strings.Contains(r.Stderr, "slipway adopt --provider docker --tag "+tag+" takes it over") {
		t.Errorf("the plan does not tell of it: %s", r.Stderr)
	}
	if r := o.Run("adopt", "--provider", "docker", "--tag", strings.Repeat("0", len(tag))); r.Code != 2 {
		t.Errorf("a tag that is none: %+v", r)
	}
	if r := o.Run("adopt", "--provider", "docker", "--tag", "slipway-hello-000000000000"); r.Code != 2 {
		t.Errorf("a tag that nothing has: %+v", r)
	}
	if r := o.Must("adopt", "--provider", "docker", "--tag", tag); strings.TrimSpace(r.Stdout) != first.URL {
		t.Errorf("adopted %s, want %s", r.Stdout, first.URL)
	}
	again := o.deploy("--sample", "hello")
	if again.Changed || again.URL != first.URL || o.tag("hello") != tag {
		t.Errorf("after adopt: %+v %v", again.Outcome, again.Steps)
	}
	if r := o.Run("adopt", "--provider", "docker", "--tag", tag); r.Code != 2 || !strings.Contains(r.Stderr, "on record here already") {
		t.Errorf("adopted twice: %+v", r)
	}
}
