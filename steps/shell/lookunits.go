package shell

import (
	_ "embed"
	"maps"
)

//go:embed lookunits.sh
var lookUnitsText string

// ActiveAtBoot is Unit.State of a unit that runs now and after every boot.
const ActiveAtBoot = "active enabled"

// LookUnits prints a block of properties for each unit, for UnitsByID. However many units
// there are, it starts one program.
func LookUnits(units ...string) string {
	if len(units) == 0 {
		return ":"
	}
	return Script(lookUnitsText, nil, units...)
}

// UnitsByID reads what LookUnits printed. Of a property that two blocks of a unit have, the
// first counts.
func UnitsByID(looked string) map[string]Unit {
	units := map[string]Unit{}
	for _, block := range ParseUnits(looked) {
		unit := maps.Clone(block)
		maps.Copy(unit, units[block.Get("Id")])
		units[block.Get("Id")] = unit
	}
	return units
}

// State is the unit's ActiveState and whether it is started at every boot, as systemctl's
// is-active and is-enabled print them: "active enabled". A unit that was not looked at has
// none: "".
func (u Unit) State() string {
	if len(u) == 0 {
		return ""
	}
	boot := u.Get("UnitFileState")
	switch {
	case u.Get("LoadState") == "masked":
		boot = "masked"
	case u.Get("Wanted") == "yes":
		boot = "enabled"
	case boot == "":
		boot = "disabled"
	}
	return u.Get("ActiveState") + " " + boot
}
