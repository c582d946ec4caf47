package digitalocean

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

// copied makes a droplet as of a snapshot of the deployment's: with its tag, and with a
// name that somebody chose.
func (d *deployment) copied(name string) int {
	d.t.Helper()
	p := d.open()
	request, err := (&dropletResource{p: p, spec: d.spec}).request(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	request.Name = name
	made, _, err := p.api.Droplets.Create(d.t.Context(), request)
	if err != nil {
		d.t.Fatal(err)
	}
	return made.ID
}

// TestDestroyLeavesCopies: whoever may make droplets can give one another deployment's
// tag. Only the droplet on record is removed, and nothing if there is another.
func TestDestroyLeavesCopies(t *testing.T) {
	t.Parallel()
	const own = "own" // stands for the number of the deployment's own droplet
	for name, c := range map[string]struct {
		// copies are the names of droplets with the tag beside the deployment's own,
		// known is the number on record, and gone says that the own one is gone.
		copies []string
		known  string
		gone   bool
		want   string
	}{
		"alone":                       {nil, own, false, ""},
		"alone, nothing on record":    {nil, "", false, ""},
		"gone":                        {nil, own, true, ""},
		"a copy":                      {[]string{"staging"}, own, false, "(staging, "},
		"a copy of the same name":     {[]string{"slipway-hello-3f9a2c"}, own, false, "(slipway-hello-3f9a2c, "},
		"a copy, nothing on record":   {[]string{"staging"}, "", false, "(staging, "},
		"only a copy":                 {[]string{"staging"}, own, true, "(staging, "},
		"only a copy, none on record": {[]string{"staging"}, "", true, "there is no droplet on record"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakecloud.Faults{})
			if err := d.deploy(d.open()); err != nil {
				t.Fatal(err)
			}
			first, err := d.open().firstDroplet(t.Context(), d.spec)
			if err != nil {
				t.Fatal(err)
			}
			for _, copied := range c.copies {
				d.copied(copied)
			}
			if c.gone {
				if err := d.open().deleteDroplet(t.Context(), d.spec, godo.Droplet{ID: first.ID, Tags: first.Tags}, func(string) {}); err != nil {
					t.Fatal(err)
				}
			}
			spec := d.spec
			if c.known == own {
				spec.Known = map[string]string{"droplet": strconv.Itoa(first.ID)}
			}
			before := d.cloud.Contents()
			err = d.open().Destroy(t.Context(), spec, func(string) {})
			after := d.cloud.Contents()
			refused, ok := errors.AsType[*providers.Refused](err)
			switch {
			case c.want == "" && (err != nil || !after.Empty()):
				t.Errorf("it left %+v, %v", after, err)
			case c.want != "" && (!ok || !strings.Contains(err.Error(), c.want) || !strings.Contains(refused.Next, "doctl compute droplet untag")):
				t.Errorf("got %v", err)
			case c.want != "" && (!slices.Equal(before.Droplets, after.Droplets) || !slices.Equal(before.Keys, after.Keys) || !slices.Equal(before.Tags, after.Tags)):
				t.Errorf("it removed something: %+v, it was %+v", after, before)
			}
		})
	}
}
