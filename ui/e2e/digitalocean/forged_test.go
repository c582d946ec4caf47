package digitalocean

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestForgedMark: a server that carries the mark of another deployment, as a droplet
// made of its snapshot does, is refused, and can be taken over only as a server of the
// operator's own. Nothing of the other deployment is removed then.
func TestForgedMark(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	o := &operator{cloud.Operator(t)}
	const mark = "/etc/slipway/deployment.json"
	first := o.Deploy("--provider", "digitalocean", "--sample", "hello", "--name", "first")
	claim := o.Root("first", "cat "+mark)
	o.Deploy("--provider", "digitalocean", "--sample", "hello", "--name", "second")
	// The brackets of JSON are text for the shell that writes it.
	o.Root("second", "printf '%s\\n' '"+claim+"' >"+mark)
	original, copied := o.LoseRecord(t, "first"), o.LoseRecord(t, "second")
	before := cloud.Contents()
	adopt := []string{"adopt", "--host", "deploy@" + copied.Record.Server.Address, "--identity", copied.Identity, "--host-key-fingerprint", copied.Fingerprint}
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		want []string
	}{
		"by its address":  {o.Env, adopt, 2, []string{original.Record.Tag, "at " + original.Record.Server.Address, "looks like a copy", "--provider ssh"}},
		"without a token": {o.Env[:1], adopt, 3, []string{"DIGITALOCEAN_ACCESS_TOKEN", "--provider ssh"}},
		"by its own tag": {o.Env, []string{"adopt", "--provider", "digitalocean", "--tag", copied.Record.Tag, "--identity", copied.Identity, "--host-key-fingerprint", copied.Fingerprint},
			2, []string{"carries the tag " + original.Record.Tag}},
	} {
		env := o.Env
		o.Env = c.env
		r := o.Run(c.args...)
		o.Env = env
		if r.Code != c.code || o.State().Exists("first") || o.State().Exists("second") {
			t.Errorf("%s: exit %d\n%s", name, r.Code, r.Stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(r.Stderr, want) {
				t.Errorf("%s: it does not say %q:\n%s", name, want, r.Stderr)
			}
		}
	}
	o.Must(append(adopt, "--provider", "ssh")...)
	if record, err := o.State().Read("first"); err != nil || record.Settings["provider"] != "ssh" || record.Settings["region"] != "" || len(record.Known) > 0 {
		t.Errorf("taken over as %+v, %v", record, err)
	}
	o.Must("destroy", "-y", "--lose-data", "first")
	if after := cloud.Contents(); !slices.Equal(after.Droplets, before.Droplets) || !slices.Equal(after.Keys, before.Keys) || !slices.Equal(after.Tags, before.Tags) {
		t.Errorf("destroy removed something of the other deployment: %+v, it was %+v", after, before)
	}
	if status, _ := e2e.Ask(t, first.URL); status != http.StatusOK {
		t.Errorf("the other deployment's app answers with status %d", status)
	}
	o.Must("adopt", "--host", "deploy@"+original.Record.Server.Address, "--identity", original.Identity, "--host-key-fingerprint", original.Fingerprint)
	record, err := o.State().Read("first")
	if err != nil || record.Settings["provider"] != "digitalocean" || record.Known["droplet"] != original.Record.Known["droplet"] {
		t.Errorf("the real one was adopted as %+v, %v", record, err)
	}
	o.Must("destroy", "-y", "--lose-data", "first")
	if left := cloud.Contents(); len(left.Droplets) != 1 || !strings.Contains(left.Droplets[0], "second") {
		t.Errorf("the cloud has %+v", left)
	}
}
