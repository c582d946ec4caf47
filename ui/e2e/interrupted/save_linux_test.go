package interrupted

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
)

// TestInterruptedSave fills the disk that holds the state at points of a
// deployment. It must stop with a clear error, remember what was made, and go on
// once there is room.
func TestInterruptedSave(t *testing.T) {
	localtest.NeedMachines(t)
	r := rent(t)
	installs := newAccount(t, r, fakecloud.Faults{})
	installs.child.whole(t)
	installs.destroyed(t)
	first := newAccount(t, r, fakecloud.Faults{})
	points := first.child.whole(t).Points
	first.destroyed(t)
	for _, at := range sample(4, points) {
		t.Run(fmt.Sprint("point ", at), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			if err := unix.Mount("tmpfs", a.child.Home, "tmpfs", 0, "size=256k"); err != nil {
				localtest.Skip(t, "no small disk can be mounted: %v", err)
			}
			t.Cleanup(func() { unix.Unmount(a.child.Home, unix.MNT_DETACH) }) //nolint:errcheck // the test is over
			c := a.child
			c.FillAt = at
			full := c.run(t, nil)
			if full.end.Error != "" && !strings.Contains(full.end.Error, "no space left") {
				t.Errorf("with a full disk: %s", full.end.Error)
			}
			_, known := intact(t, c.Home)
			if left := a.cloud.Contents(); !known && !left.Empty() {
				t.Errorf("something was made that is not on record: %+v", left)
			}
			if err := os.Remove(filepath.Join(c.Home, "filler")); err != nil {
				t.Fatal(err)
			}
			a.goesOn(t, ran{})
			a.destroyed(t)
		})
	}
}
