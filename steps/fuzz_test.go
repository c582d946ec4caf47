package steps

import (
	"strings"
	"testing"
	"unicode"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
)

// FuzzLooks has every fact decide on what a server may print. Nothing that is decided has
// a line of its own in it, and every script that comes of it is the shell's to parse.
func FuzzLooks(f *testing.F) {
	p := example.WithDomains(example.Plan(f), "a.example.com")
	all := facts(p)
	for _, looked := range []string{
		"", "asked yes\n", "link /etc/x /etc/y\n644 root:root /etc/z\n", "directory 700 root:root /etc/slipway/variables\nserving x\nfrom A 1\nhas B 2\n",
		"Id=ssh.service\nMainPID=1\n\nId=ssh.socket\nActiveState=active\nListen=22 (Stream)\nLISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((\"sshd\",pid=1,fd=3))\nport 22\n",
		"nginx installed\ntelnet installed\ndpkg interrupted\n", "unfinished\nrules loaded\n", "home 777 x\ndotfile 777 y\n\x00\xff\n",
		"complete /srv/x\nbuilding\n", "{\"name\":\"x\",\"tag\":\"y\"}\n", "user there\nkey there\npassword set\nnames a.example.com\n",
	} {
		for n := range all {
			f.Add(uint8(n), looked)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, looked string) {
		fct := all[int(n)%len(all)]
		v := fact.View{Plan: p, System: example.System(), Looked: looked}
		for _, change := range fct.Decide(v) {
			if change.What == "" || len(change.What)+len(change.Was) > 2*len(looked)+4000 {
				t.Errorf("%s: %d bytes became %+v", fct.Name, len(looked), change)
			}
			if strings.ContainsAny(change.What+change.Why+change.Was, "\n") {
				t.Errorf("%s: a change of several lines: %+v", fct.Name, change)
			}
			if strings.ContainsFunc(change.What, unicode.IsControl) {
				t.Errorf("%s: a change with a control character: %q", fct.Name, change.What)
			}
		}
		fct.Found(v)
		if script := fct.Script(v); strings.ContainsRune(script, 0) {
			t.Errorf("%s: a script has a NUL", fct.Name)
		}
	})
}
