package shell

import "testing"

// TestUnitState reads what systemctl show printed of a unit, and whether a link wants it.
func TestUnitState(t *testing.T) {
	for _, c := range []struct{ shown, want string }{
		{"", ""},
		{"Id=x.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", ActiveAtBoot},
		{"Id=x.service\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\n\nId=x.service\nWanted=yes\n", ActiveAtBoot},
		{"Id=x.service\nLoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n", "inactive disabled"},
		{"Id=x.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n", "inactive disabled"},
		{"Id=x.service\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n\nId=x.service\nWanted=yes\n", "inactive masked"},
	} {
		if got := UnitsByID(c.shown)["x.service"].State(); got != c.want {
			t.Errorf("%q is %q, want %q", c.shown, got, c.want)
		}
	}
}
