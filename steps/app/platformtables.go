package app

import (
	"fmt"
	"maps"
	"slices"
)

// Heroku is the table [heroku].
type Heroku struct {
	// Team is the team of Heroku's that owns the app; "" is the account itself.
	Team string
	// Counts are how many dynos a process has, by name, "web" for the app itself.
	Counts map[string]int
}

// MaxCount is how many dynos a process has at most: Heroku's own limit.
const MaxCount = 100

const herokuExample = `write a number of dynos for each process, such as web = 2, and the team as team = "name"`

// readHeroku reads the table [heroku]: a number for each process, and the team, which is a
// text: so a process may be named team too.
func readHeroku(table map[string]any) (Heroku, error) {
	h := Heroku{}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		switch v := table[key].(type) {
		case int64:
			if err := checkCount(key, v); err != nil {
				return Heroku{}, err
			}
			if h.Counts == nil {
				h.Counts = map[string]int{}
			}
			h.Counts[key] = int(v)
		case string:
			if key != "team" || v == "" {
				return Heroku{}, appUsage(fmt.Sprintf("%s: heroku.%s can't be %q", SettingsFile, shownKey(key), v), herokuExample)
			}
			h.Team = v
		default:
			return Heroku{}, appUsage(fmt.Sprintf("%s: heroku.%s is neither a number nor a text", SettingsFile, shownKey(key)), herokuExample)
		}
	}
	return h, nil
}

// shownKey is a key as an error shows it: as it is if it is a process's name, else quoted.
func shownKey(key string) string {
	if processName.MatchString(key) {
		return key
	}
	return shownName(key)
}

func checkCount(process string, n int64) error {
	switch {
	case !processName.MatchString(process):
		return appUsage(fmt.Sprintf("%s: heroku.%s is no process", SettingsFile, shownKey(process)), namesProcess)
	case process == webProcess && n == 0:
		return appUsage(fmt.Sprintf("%s: heroku.%s = 0 leaves nobody to answer", SettingsFile, webProcess), "write 1 or more")
	case n < 0 || n > MaxCount:
		return appUsage(fmt.Sprintf("%s: heroku.%s = %d is no number of dynos", SettingsFile, process, n), fmt.Sprintf("write a number up to %d", MaxCount))
	}
	return nil
}
