package commands

import (
	"maps"
	"testing"

	"github.com/spf13/cobra"
)

// TestSettingsByFlag: a flag of a setting that is on or off stands alone, and one that is
// not given is not said.
func TestSettingsByFlag(t *testing.T) {
	for _, test := range []struct {
		args []string
		want map[string]string
	}{
		{[]string{"--backups", "shop"}, map[string]string{"backups": "true"}},
		{[]string{"--backups=false", "--reserved-ip", "--domain", "a.example", "--domain", "b.example"},
			map[string]string{"backups": "false", "reserved-ip": "true", "domain": "a.example,b.example"}},
		{[]string{"--project", "my shops", "--vpc="}, map[string]string{"project": "my shops", "vpc": ""}},
		{nil, map[string]string{}},
	} {
		cmd := &cobra.Command{}
		f := addDeployFlags(cmd)
		if err := cmd.ParseFlags(test.args); err != nil {
			t.Fatal(err)
		}
		asked := f.asked(cmd, cmd.Flags().Args())
		if !maps.Equal(asked.Flags, test.want) {
			t.Errorf("%v: got %v, want %v", test.args, asked.Flags, test.want)
		}
		if cmd.Flags().NArg() == 1 && asked.Folder != "shop" {
			t.Errorf("%v: the folder is %q", test.args, asked.Folder)
		}
	}
}
