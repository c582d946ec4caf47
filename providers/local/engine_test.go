package local

import (
	"testing"
)

func TestTreat(t *testing.T) {
	whole := observed{Running: true, Supervised: true, Mounted: true, Namespace: true, Network: true, Forwards: true}
	for name, c := range map[string]struct {
		change func(*observed)
		want   treatment
	}{
		"whole":          {func(*observed) {}, leaveAlone},
		"off":            {func(o *observed) { o.Running = false }, powerOn},
		"nothing at all": {func(o *observed) { *o = observed{} }, powerOn},
		"only slirp":     {func(o *observed) { *o = observed{Network: true, Forwards: true, Namespace: true} }, powerOn},
		"no supervisor":  {func(o *observed) { o.Supervised = false }, restart},
		"no mount":       {func(o *observed) { o.Mounted = false }, restart},
		"no namespace":   {func(o *observed) { o.Namespace = false }, restart},
		"no slirp":       {func(o *observed) { o.Network = false }, mendNetwork},
		"no forwards":    {func(o *observed) { o.Forwards = false }, mendNetwork},
	} {
		o := whole
		c.change(&o)
		if got := treat(o); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}
