package hardening

import (
	_ "embed" // the scripts
	"strconv"
	"strings"

	"slipway/steps/shell"
)

// homes are people's home folders, which others see nothing of, and the settings in
// them, which nobody but their owner changes.
type homes struct{}

// The modes that a home folder and a file of settings in it may have at most.
const (
	maxHomeMode    = 0o750
	maxDotfileMode = 0o740
)

//go:embed homes.sh
var homesScript string

//go:embed closehomes.sh
var closeHomesScript string

func (homes) inspect(i *inspection) { i.homes = true }

func (homes) met(f findings) bool {
	for _, l := range f.lines {
		kind, rest, _ := strings.Cut(l, " ")
		most := map[string]uint64{"home": maxHomeMode, "dotfile": maxDotfileMode}[kind]
		if most == 0 {
			continue
		}
		text, _, _ := strings.Cut(rest, " ")
		if mode, err := strconv.ParseUint(text, 8, 32); err != nil || mode&^most != 0 {
			return false
		}
	}
	return f.text != ""
}

// homesFolder holds a folder for each person.
const homesFolder = "/home"

func lookHomes(folder string) string {
	return shell.Script(homesScript, shell.Values{"homes": folder})
}

func closeHomes(folder string) string {
	return shell.Lines("(", shell.Bounds(), shell.Script(closeHomesScript, shell.Values{"homes": folder}), ")")
}

func (homes) apply(a *actions) { a.shell = append(a.shell, closeHomes(homesFolder)) }
