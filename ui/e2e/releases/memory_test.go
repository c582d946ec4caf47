package releases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// memoryLimit is how much nginx, gunicorn and all else that Slipway leaves running may
// take of the smallest droplet, in kB, and dropletWorkers how many workers gunicorn has
// there.
const (
	memoryLimit    = 90 << 10
	dropletWorkers = 2
)

// eachProcess prints of each process the memory that is its own and its share of what it
// shares (kB), and its unit.
const eachProcess = `for process in /proc/[0-9]*; do
  share=$(sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "$process/smaps_rollup" 2>/dev/null) || continue
  [ -z "$share" ] || echo "$share $(sed -n 's/^0:://p' "$process/cgroup")"
done`

// debians are the units that run on a server before Slipway came.
var debians = regexp.MustCompile(`^/(init\.scope|user\.slice/.*|system\.slice/(systemd-.*|dbus|ssh|ssh@.*|cron|console-getty|system-getty\.slice/.*|cloud-.*)(\.service.*)?)$`)

// memory adds up what the server's processes take, and finds none of Slipway's own.
func (s *shop) memory(t *testing.T) {
	var units map[string][]int
	e2e.Until(t, "jobs and earlier releases to end", func() bool {
		units = map[string][]int{}
		for line := range strings.Lines(s.Root("shop", eachProcess)) {
			var share int
			var unit string
			if _, err := fmt.Sscan(line, &share, &unit); err == nil {
				units[unit] = append(units[unit], share)
			}
		}
		for unit := range units {
			if strings.Contains(unit, "/slipway-") {
				return false
			}
		}
		return len(units) > 0
	})
	total, debian := 0, 0
	for unit, shares := range units {
		slices.SortFunc(shares, func(a, b int) int { return b - a })
		if strings.HasPrefix(unit, "/slipway.slice/app-") && len(shares) > dropletWorkers+1 {
			// The master, which is the smallest, and as many workers as on a droplet.
			shares = append(shares[:dropletWorkers:dropletWorkers], shares[len(shares)-1])
		}
		sum := 0
		for _, share := range shares {
			sum += share
		}
		if debians.MatchString(unit) {
			debian += sum
			continue
		}
		t.Logf("%d kB: %s", sum, unit)
		total += sum
	}
	t.Logf("%d kB in all, and Debian's own %d kB", total, debian)
	if total > memoryLimit {
		t.Errorf("nginx, gunicorn and the rest take %d kB, more than %d", total, memoryLimit)
	}
	if total < memoryLimit/4 {
		t.Errorf("only %d kB were seen: that is not all that runs", total)
	}
}
