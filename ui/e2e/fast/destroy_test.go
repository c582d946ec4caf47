package fast

import (
	"strings"
	"testing"
	"time"

	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/plan"
	"slipway/ui/e2e"
)

// TestDestroyUnseen is about servers that can't be asked what data they keep: -y alone
// removes one only if the record says that its app keeps none.
func TestDestroyUnseen(t *testing.T) {
	o := e2e.NewOperator(t, need)
	pair, err := access.NewKeyPair("test")
	if err != nil {
		t.Fatal(err)
	}
	record := func(name string, noData bool) {
		d, err := o.State().Open(name, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		err = d.Update(func(r *state.Record) {
			r.Settings = map[string]string{plan.KeyName: name, plan.KeyProvider: plan.ProviderSSH, plan.KeyHost: "root@127.0.0.1:1"}
			r.Server = state.Server{Address: "127.0.0.1", Port: 1, HostKeys: []string{pair.Public()}}
			r.NoData = noData
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if d, err := o.State().Open(name, time.Now()); err == nil {
				if err := d.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	record("some", false)
	record("none", true)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-y", "some"}, 2, "could not be found out whether some keeps data: add --lose-data"},
		{[]string{"-y", "--lose-data", "some"}, 1, "remove some from its server"},
		{[]string{"-y", "none"}, 1, "known to keep none"},
		{[]string{"--lose-data", "some"}, 2, "give -y"},
	} {
		r := o.Run(append([]string{"destroy"}, c.args...)...)
		if r.Code != c.code || !strings.Contains(r.Stderr, c.want) || r.Stdout != "" {
			t.Errorf("destroy %v: exit %d, want %d and %q\n%s", c.args, r.Code, c.code, c.want, r.Stderr)
		}
		for _, name := range []string{"some", "none"} {
			if !o.State().Exists(name) {
				t.Fatalf("destroy %v removed the record of %s", c.args, name)
			}
		}
	}
}
