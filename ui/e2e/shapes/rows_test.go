package shapes

import (
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// rows are shapes that share machines: those of a row are deployed to one machine, each
// in the place of the one before.
var rows = map[string][]shape{}

// TestRows deploys every shape of each row.
func TestRows(t *testing.T) {
	localtest.NeedMachines(t)
	for name, shapes := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := e2e.NewOperator(t, 5*time.Minute)
			for _, s := range shapes {
				t.Run(s.folder, func(t *testing.T) {
					o := &e2e.Operator{T: t, Home: o.Home, Env: o.Env}
					deployed := o.Deploy(append([]string{testdata(t, s.folder), "--name", name}, s.args...)...)
					t.Logf("deployed in %.1f s (%v)", deployed.Seconds, deployed.Spent)
					for path, want := range s.answers {
						says(t, deployed.URL+path, want)
					}
					if s.more != nil {
						s.more(t, o, deployed)
					}
				})
			}
		})
	}
}
