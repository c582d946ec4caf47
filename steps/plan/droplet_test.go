package plan

import (
	"strings"
	"testing"

	"slipway/providers"
	"slipway/state"
)

const onDroplet = `provider = "digitalocean"
[digitalocean]
backups = true
project = "shops"
`

// TestSettingsOfADroplet goes through the runs of a deployment: what was on stays on until
// it is said to be off, and the private network can't change.
func TestSettingsOfADroplet(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	asked := Asked{Folder: writeApp(t, onDroplet), Getenv: func(key string) string {
		return map[string]string{"SLIPWAY_RESERVED_IP": "true"}[key]
	}}
	for _, run := range []struct {
		flags               map[string]string
		backups, reservedIP providers.Switch
		project             string
	}{
		{nil, providers.On, providers.On, "shops"},
		{map[string]string{KeyBackups: "false", KeyProject: "others"}, providers.Off, providers.On, "others"},
		{map[string]string{KeyReservedIP: "false"}, providers.On, providers.Off, "shops"},
	} {
		asked.Flags = run.flags
		p, err := Make(t.Context(), asked, home)
		if err != nil {
			t.Fatal(err)
		}
		if p.Switch(KeyBackups) != run.backups || p.Switch(KeyReservedIP) != run.reservedIP || p.Value(KeyProject) != run.project {
			t.Errorf("%v: %v, %v, %s", run.flags, p.Switch(KeyBackups), p.Switch(KeyReservedIP), p.Value(KeyProject))
		}
		remember(t, home, p)
	}
	asked.Getenv, asked.Flags = noEnvironment, nil
	if p, err := Make(t.Context(), asked, home); err != nil || p.Switch(KeyReservedIP) != providers.Off || p.Values[KeyReservedIP].From != FromEarlier {
		t.Errorf("the next run has %v, %v", p.Values[KeyReservedIP], err)
	}
	asked.Flags = map[string]string{KeyVPC: "c33931f2-a26a-4e61-b85c-4e95a2ec431b"}
	if _, err := Make(t.Context(), asked, home); err == nil || !strings.Contains(err.Error(), `was made with vpc "" and can't be changed to "c33931f2`) {
		t.Errorf("another VPC: %v", err)
	}
}

// TestGrowDiskCountsForOneRun: what can't be undone is asked for each time.
func TestGrowDiskCountsForOneRun(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	folder := writeApp(t, "")
	for _, flags := range []map[string]string{{KeyProvider: ProviderDigitalOcean, KeyGrowDisk: "true"}, {}} {
		p, err := Make(t.Context(), Asked{Folder: folder, Flags: flags, Getenv: noEnvironment}, home)
		if err != nil {
			t.Fatal(err)
		}
		if grows := p.Switch(KeyGrowDisk) == providers.On; grows != (flags[KeyGrowDisk] != "") {
			t.Errorf("with %v the disk grows: %t", flags, grows)
		}
		if _, kept := p.Shared()[KeyGrowDisk]; kept {
			t.Error("it is kept on the server")
		}
		remember(t, home, p)
	}
	flags := map[string]string{KeyProvider: ProviderHeroku, KeyGrowDisk: "true"}
	if _, err := Make(t.Context(), Asked{Folder: writeApp(t, ""), Flags: flags, Getenv: noEnvironment}, state.Home{Dir: t.TempDir()}); err == nil {
		t.Error("it is taken for dynos")
	}
}
