package fact

import (
	"errors"
	"testing"
	"time"

	"slipway/providers"
	"slipway/steps/plan"
)

// FuzzObstacles reads what a server that was there before says of itself: the system that
// it runs, and what stands in the way.
func FuzzObstacles(f *testing.F) {
	f.Add("time 1700000000\nfree 100\nshell /usr/sbin/nologin\nallowusers root a@b\nallowgroups x| deploy\nforcecommand /bin/x\n")
	f.Add("nginx /etc/nginx/conf.d/x.conf:listen [::]:80 default_server;\nlistens 80 apache2 apache2.service\nlistens 99999999999999999999 x y\n")
	f.Add("dead ? https://example.org/ Failed\nsource \x1b[2J\nrequiretty :\ndenyusers [a-\n")
	f.Add("id debian\nversion 13\ncpus -1\nmemory 99999999999999999999\npython /usr/bin/python\n")
	p := plan.Plan{Name: "shop", Values: map[string]plan.NamedValue{plan.KeyDomain: {Key: plan.KeyDomain, Value: "a.example.com"}}}
	f.Fuzz(func(t *testing.T, looked string) {
		if err := CheckObstacles(p, looked, time.Unix(1700000000, 0)); err != nil {
			if failed, ok := errors.AsType[*providers.Failed](err); !ok || failed.Next == "" {
				t.Errorf("the refusal is %T: %v", err, err)
			}
		}
		system := ParseSystem(looked)
		if system.Check() == nil && (system.ID == "" || system.Version == "") {
			t.Errorf("%+v is a system that is known", system)
		}
		_ = system.CheckPython(p) // it must only return
		if system.Swaps() && system.Container {
			t.Error("a container gets swap")
		}
	})
}
