package hardening

import (
	_ "embed" // the script
	"slices"

	"slipway/steps/shell"
)

// clock is one of the programs that set the clock. Which one an image brings is the
// image's choice, and two would conflict.
type clock struct{}

var clocks = []string{"systemd-timesyncd.service", "chrony.service", "ntpsec.service", "ntp.service"}

//go:embed clock.sh
var clockScript string

func (clock) inspect(i *inspection) { i.units = append(i.units, clocks...) }

func (clock) met(f findings) bool {
	return slices.ContainsFunc(clocks, func(name string) bool { return unit{name, running}.met(f) })
}

func (clock) apply(a *actions) { a.shell = append(a.shell, shell.Script(clockScript, nil)) }
