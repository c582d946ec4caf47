package hardening

import "slices"

// clock is that one of the programs that set the clock runs. Which one an image
// brings is its own choice, and two would fight.
type clock struct{}

var clocks = []string{"systemd-timesyncd.service", "chrony.service", "ntpsec.service", "ntp.service"}

func (clock) ask(q *questions) { q.units = append(q.units, clocks...) }

func (clock) so(s seen) bool {
	return slices.ContainsFunc(clocks, func(name string) bool { return unit{name, running}.so(s) })
}

func (clock) act(a *actions) {
	a.shell = append(a.shell, `for unit in chrony ntpsec systemd-timesyncd; do
  if [ "$(systemctl show -P LoadState "$unit.service")" = loaded ]; then systemctl --quiet enable --now "$unit.service"; break; fi
done`)
}
