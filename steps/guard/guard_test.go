package guard

import (
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"
)

var example = Part{Paths: []string{"/etc/it's a folder"}, Tables: []string{"inet slipway"}, Enabled: []string{"nftables.service"},
	Logins: []string{"deploy"}, Reload: []string{"ssh.service"}}

// TestShellIsWellFormed has sh parse every script.
func TestShellIsWellFormed(t *testing.T) {
	for name, script := range map[string]string{
		"arm": Arm(example, "t", time.Minute, []string{"sshd"}), "revert": revert(example), "disarm": Disarm("t"), "drop": Drop, "look": Look,
	} {
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
}

func TestJoin(t *testing.T) {
	if !(Part{}).Empty() || example.Empty() {
		t.Error("Empty is wrong")
	}
	got := Join(Part{Paths: []string{"/b", "/a"}}, example, Part{Paths: []string{"/a"}})
	want := example
	want.Paths = []string{"/a", "/b", "/etc/it's a folder"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParse(t *testing.T) {
	if got := Parse("slipway-1\nsshd firewall\n"); got.Token != "slipway-1" || !reflect.DeepEqual(got.Facts, []string{"sshd", "firewall"}) {
		t.Errorf("got %+v", got)
	}
	if got := Parse("\n"); got.Token != "" || len(got.Facts) != 0 {
		t.Errorf("got %+v", got)
	}
}
