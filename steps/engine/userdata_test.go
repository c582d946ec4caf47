package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/steps/access"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
)

// TestUserData begins at the first boot what the facts ask for, the same each time, and
// leaves it out where it would be longer than a cloud takes.
func TestUserData(t *testing.T) {
	login, err := access.NewKeyPair("login")
	if err != nil {
		t.Fatal(err)
	}
	host, err := access.NewKeyPair("host")
	if err != nil {
		t.Fatal(err)
	}
	keys := access.Keys{Login: login, Host: host}
	long := strings.Repeat("true\n", 20<<10)
	for name, c := range map[string]struct {
		facts Facts
		begun string // what the script begins; empty if nothing is begun
	}{
		"nothing": {Facts{{Name: "plain"}}, ""},
		"begun":   {Facts{{Name: "plain"}, {Name: "begun", FirstBoot: func(plan.Plan) string { return "echo 'it''s'" }}}, "echo 'it''s'"},
		"long":    {Facts{{Name: "begun", FirstBoot: func(plan.Plan) string { return long }}}, ""},
	} {
		text, err := userData(example.Plan(t), keys, c.facts)
		again, _ := userData(example.Plan(t), keys, c.facts)
		if err != nil || text != again || len(text) > userDataLimit {
			t.Errorf("%s: %d bytes, twice the same: %v, %v", name, len(text), text == again, err)
		}
		var config struct {
			Users []any                                         `json:"users"`
			Files []struct{ Path, Permissions, Content string } `json:"write_files"`
			Boot  [][]string                                    `json:"bootcmd"`
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "#cloud-config\n")), &config); err != nil || len(config.Users) != 1 {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		if c.begun == "" {
			if len(config.Files)+len(config.Boot) > 0 {
				t.Errorf("%s: something is begun: %+v", name, config)
			}
			continue
		}
		if len(config.Files) != 1 || config.Files[0].Path != fact.FirstBootScript || !strings.Contains(config.Files[0].Content, c.begun) ||
			len(config.Boot) != 1 || config.Boot[0][0] != "cloud-init-per" {
			t.Errorf("%s: %+v", name, config)
		}
	}
}
