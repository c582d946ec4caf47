package heroku

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestKept reads histories, the oldest release first: each has its number's slug, or "-"
// for none, then its status and its description.
func TestKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		history       []string
		kept, current string
	}{
		"empty":                          {nil, "", ""},
		"an app without a release":       {[]string{"- succeeded Initial release"}, "", ""},
		"two builds":                     {[]string{"- succeeded Initial", "1 succeeded Deploy", "2 succeeded Deploy"}, "two one", "two"},
		"variables make no other":        {[]string{"1 succeeded Deploy", "1 succeeded Set A", "2 succeeded Deploy", "2 succeeded Set B"}, "two one", "two"},
		"a failed phase":                 {[]string{"1 succeeded Deploy", "2 failed Deploy"}, "one", "one"},
		"one under way":                  {[]string{"1 succeeded Deploy", "2 pending Deploy"}, "one", "one"},
		"gone back on purpose":           {[]string{"1 succeeded Deploy", "2 succeeded Deploy", "1 succeeded Go back to one"}, "one two", "one"},
		"left because it was broken":     {[]string{"1 succeeded Deploy", "2 succeeded Deploy", "1 succeeded Rollback to v1"}, "one", "one"},
		"broken, with other variables":   {[]string{"1 succeeded Deploy", "2 succeeded Deploy", "2 succeeded Set A", "1 succeeded Rollback to v1"}, "one", "one"},
		"broken, then mended":            {[]string{"1 succeeded Deploy", "2 succeeded Deploy", "1 succeeded Rollback to v1", "2 succeeded Deploy"}, "two one", "two"},
		"somebody else's":                {[]string{"1 succeeded Deploy", "9 succeeded Deploy"}, "v2 one", "v2"},
		"no slug after all":              {[]string{"1 succeeded Deploy", "- succeeded odd"}, "one", ""},
		"broken, then another is broken": {[]string{"1 succeeded Deploy", "2 succeeded Deploy", "1 succeeded Rollback to v1", "3 succeeded Deploy", "1 succeeded Rollback to v3"}, "one", "one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := history(t, c.history)
			var names []string
			for i, r := range s.kept() {
				names = append(names, r.Name)
				if r.Current != (i == 0) {
					t.Errorf("%s is current: %v", r.Name, r.Current)
				}
			}
			current := ""
			if r := s.current(); r != nil {
				current = s.nameOf(*r)
			}
			if got := strings.Join(names, " "); got != c.kept || current != c.current {
				t.Errorf("kept %q, current %q; want %q, %q", got, current, c.kept, c.current)
			}
		})
	}
}

// history is what the API would tell of releases.
func history(t *testing.T, releases []string) *standing {
	t.Helper()
	s := &standing{}
	decode := func(into any, format string, args ...any) {
		if err := json.Unmarshal(fmt.Appendf(nil, format, args...), into); err != nil {
			t.Fatal(err)
		}
	}
	decode(&s.builds, `[{"status":"succeeded","slug":{"id":"3"},"source_blob":{"version":"three"}},
		{"status":"succeeded","slug":{"id":"2"},"source_blob":{"version":"two"}},
		{"status":"failed","source_blob":{"version":"one"}},
		{"status":"succeeded","slug":{"id":"1"},"source_blob":{"version":"one"}}]`)
	var all []string
	for i, r := range releases {
		slug, rest, _ := strings.Cut(r, " ")
		status, description, _ := strings.Cut(rest, " ")
		quoted := "null"
		if slug != "-" {
			quoted = `{"id":"` + slug + `"}`
		}
		all = append([]string{fmt.Sprintf(`{"version":%d,"slug":%s,"status":%q,"description":%q}`, i+1, quoted, status, description)}, all...)
	}
	decode(&s.releases, "[%s]", strings.Join(all, ","))
	return s
}
