package app

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Heroku is the table [heroku].
type Heroku struct {
	// Team is the team of Heroku's that owns the app; "" is the account itself.
	Team string
	// Counts are how many dynos a process has, by name, "web" for the app itself.
	Counts map[string]int
}

// Instances is the table [app-platform].
type Instances struct {
	// Web is how many instances serve the web, as --instances takes it: "2", "2..10"; "" if
	// it is not said.
	Web string
	// Counts are how many instances each other process has, by name.
	Counts map[string]int
}

// On is the file as it is read for a provider: Web is what that one's table says.
func (f File) On(provider string) File {
	f.Web = f.AppPlatform.Web
	if provider == "heroku" && f.Heroku.Counts[webProcess] > 0 {
		f.Web = strconv.Itoa(f.Heroku.Counts[webProcess])
	} else if provider == "heroku" {
		f.Web = ""
	}
	return f
}

// MaxCount is how many of a process run at most: Heroku's own limit.
const MaxCount = 100

const herokuExample = `write a number of dynos for each process, such as web = 2, and the team as team = "name"`

// readHeroku reads the table [heroku]: a number for each process, and the team, which is a
// text: so a process may be named team too.
func readHeroku(table map[string]any) (Heroku, error) {
	h := Heroku{}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		switch v := table[key].(type) {
		case int64:
			if err := checkCount("heroku", "dynos", key, v); err != nil {
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

func checkCount(table, of, process string, n int64) error {
	switch {
	case !processName.MatchString(process):
		return appUsage(fmt.Sprintf("%s: %s.%s is no process", SettingsFile, table, shownKey(process)), namesProcess)
	case process == webProcess && n == 0:
		return appUsage(fmt.Sprintf("%s: %s.%s = 0 leaves nobody to answer", SettingsFile, table, webProcess), "write 1 or more")
	case n < 0 || n > MaxCount:
		return appUsage(fmt.Sprintf("%s: %s.%s = %d is no number of %s", SettingsFile, table, process, n, of), fmt.Sprintf("write a number up to %d", MaxCount))
	}
	return nil
}

const appPlatformExample = `write a number of instances for each process, such as worker = 2; for web also a range, such as web = "2..10"`

// readAppPlatform reads the table [app-platform]: a number for each process, and for web
// also a text with a range, which package plan checks.
func readAppPlatform(table map[string]any) (Instances, error) {
	a := Instances{}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		switch v := table[key].(type) {
		case int64:
			if err := checkCount("app-platform", "instances", key, v); err != nil {
				return Instances{}, err
			}
			if key == webProcess {
				a.Web = strconv.FormatInt(v, 10)
				continue
			}
			if a.Counts == nil {
				a.Counts = map[string]int{}
			}
			a.Counts[key] = int(v)
		case string:
			if key != webProcess || v == "" {
				return Instances{}, appUsage(fmt.Sprintf("%s: app-platform.%s can't be %q", SettingsFile, shownKey(key), v), appPlatformExample)
			}
			a.Web = v
		default:
			return Instances{}, appUsage(fmt.Sprintf("%s: app-platform.%s is neither a number nor a text", SettingsFile, shownKey(key)), appPlatformExample)
		}
	}
	return a, nil
}
