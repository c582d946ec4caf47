package hardening

import (
	"strconv"
	"strings"
)

// homes is that others see nothing of people's folders, and that nobody but
// themselves changes the settings that are kept there.
type homes struct{}

const (
	homeMost     = 0o750
	dotFilesMost = 0o740
)

// lookHomes prints the modes of people's folders and of their settings.
const lookHomes = `for home in /home/*; do
  [ ! -d "$home" ] || stat -c 'home %a %n' "$home"
  for file in "$home"/.[!.]*; do
    [ ! -f "$file" ] || [ -L "$file" ] || stat -c 'dotfile %a %n' "$file"
  done
done`

func (homes) ask(q *questions) { q.homes = true }

func (homes) so(s seen) bool {
	for _, l := range s.lines {
		kind, rest, _ := strings.Cut(l, " ")
		most := map[string]uint64{"home": homeMost, "dotfile": dotFilesMost}[kind]
		if most == 0 {
			continue
		}
		text, _, _ := strings.Cut(rest, " ")
		if mode, err := strconv.ParseUint(text, 8, 32); err != nil || mode&^most != 0 {
			return false
		}
	}
	return s.text != ""
}

func (homes) act(a *actions) {
	a.shell = append(a.shell, "("+lookHomes+`) | while read -r kind _ path; do
  case $kind in
    home) chmod g-w,o-rwx "$path";;
    dotfile) chmod u-x,g-wx,o-rwx "$path";;
  esac
done`)
}
