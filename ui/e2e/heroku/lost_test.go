package heroku

import (
	"os"
	"strings"
	"testing"
)

// TestLostRecord loses the record of a deployment, and adopt takes it up by its tag.
func TestLostRecord(t *testing.T) {
	o := newOperator(t)
	first := o.deploy("--sample", "hello")
	record, err := o.State().Read("hello")
	failOn(t, err)
	failOn(t, os.RemoveAll(o.State().Folder("hello")))
	if r := o.Run("adopt", "--provider", "heroku", "--tag", "slipway-hello-000000000000"); r.Code != 2 {
		t.Errorf("a tag that nothing has: %+v", r)
	}
	if r := o.Must("adopt", "--provider", "heroku", "--tag", record.Tag); strings.TrimSpace(r.Stdout) != first.URL {
		t.Errorf("adopted %s, want %s", r.Stdout, first.URL)
	}
	again := o.deploy("--sample", "hello")
	if again.Changed || again.URL != first.URL {
		t.Errorf("after adopt: %+v %v", again.Outcome, again.Steps)
	}
}
