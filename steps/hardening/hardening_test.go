package hardening

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	machine   = Host{System: "debian 13"}
	container = Host{System: "debian 13", Container: true}
)

// answer is what a look prints of a requirement that is met.
func answer(w requirement) string {
	switch w := w.(type) {
	case file:
		return fileAnswer(w)
	case dropInLine:
		if w.effective != "" {
			return w.effective + "\n"
		}
	case sysctl:
		return procSys + w.path() + ":" + w.value + "\n"
	case unit:
		if w.state == masked {
			return "\nId=" + w.name + "\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n\n"
		}
		return "\nId=" + w.name + "\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\n"
	case mode:
		return "mode " + w.most + " root:root " + w.path + "\n"
	case option:
		return w.file + ":" + w.key + w.separator + w.value + "\n"
	case sshGroup:
		return "group " + loginGroup + ":x:900:deploy\nlogin deploy\n"
	case insertedLine:
		return w.file + ":" + w.text + "\n"
	case homes:
		return "dotfile 640\nhome 750\n"
	case generated:
		return "mode 600 root:root " + w.path + "\n"
	case clock:
		return answer(unit{clocks[0], running})
	case mount:
		return "mount " + w.where + " " + w.kind + " rw," + strings.Join(w.options, ",") + "\nfstab " + w.where + " defaults," + strings.Join(w.options, ",") + "\n"
	}
	return ""
}

func fileAnswer(f file) string {
	sum := sha256.Sum256([]byte(f.Content))
	owner := f.Owner
	if owner == "" {
		owner = "root:root"
	}
	return hex.EncodeToString(sum[:]) + "  " + f.Path + "\n" + f.Mode + " " + owner + " " + f.Path + "\n"
}

// good is what a topic's look prints where nothing must change.
func good(t Topic, p Profile, h Host) string {
	var b strings.Builder
	for _, f := range dropIns(t.settings(p, h)) {
		b.WriteString(fileAnswer(f))
	}
	for _, s := range t.settings(p, h) {
		for _, w := range s.requires {
			b.WriteString(answer(w))
		}
	}
	return b.String()
}

// each runs a test for every topic, profile and kind of host.
func each(t *testing.T, test func(t *testing.T, topic Topic, p Profile, h Host)) {
	for _, topic := range topics {
		for _, p := range []Profile{Minimal, Standard, Strict} {
			for _, h := range []Host{machine, container, {System: "debian 12"}} {
				if !topic.Empty(p) {
					t.Run(fmt.Sprint(topic.Name, p, h), func(t *testing.T) { test(t, topic, p, h) })
				}
			}
		}
	}
}

func TestNothingToChange(t *testing.T) {
	each(t, func(t *testing.T, topic Topic, p Profile, h Host) {
		if changes := topic.Decide(p, h, good(topic, p, h)); len(changes) > 0 {
			t.Errorf("got %+v", changes)
		}
	})
}

// TestEachRequirementCounts has all requirements but one met, in turn.
func TestEachRequirementCounts(t *testing.T) {
	each(t, func(t *testing.T, topic Topic, p Profile, h Host) {
		looked := good(topic, p, h)
		for _, s := range topic.settings(p, h) {
			for _, w := range s.requires {
				if _, ok := w.(homes); ok {
					expect(t, topic, p, h, strings.Replace(looked, "home 750", "home 755", 1), s.What)
					expect(t, topic, p, h, strings.Replace(looked, "dotfile 640", "dotfile 644", 1), s.What)
					continue
				}
				if m, ok := w.(mode); ok {
					wrong := strings.Replace(looked, answer(w), "mode 777 root:root "+m.path+"\n", 1)
					expect(t, topic, p, h, wrong, s.What)
					continue
				}
				if _, ok := w.(mount); ok || answer(w) == "" {
					continue
				}
				if k, ok := w.(sysctl); ok {
					expect(t, topic, p, h, strings.ReplaceAll(looked, answer(w), procSys+k.path()+":other\n"), s.What)
					continue
				}
				expect(t, topic, p, h, strings.ReplaceAll(looked, answer(w), ""), s.What)
			}
		}
		for _, f := range dropIns(topic.settings(p, h)) {
			expect(t, topic, p, h, strings.Replace(looked, f.Mode+" root:root "+f.Path, "666 root:root "+f.Path, 1), "write "+f.Path)
		}
		expect(t, topic, p, h, looked+"unfinished\n", "finish the interrupted change")
	})
}

func expect(t *testing.T, topic Topic, p Profile, h Host, looked, what string) {
	t.Helper()
	var got []string
	for _, c := range topic.Decide(p, h, looked) {
		got = append(got, c.What)
	}
	if !slices.Contains(got, what) {
		t.Errorf("%q is not among the changes %q", what, got)
	}
}

// TestReadLast: of two files with the same kernel setting, the last by name counts.
func TestReadLast(t *testing.T) {
	if name := filepath.Base(sysctlDropIn.path); name <= "99-protect-links.conf" {
		t.Errorf("%s is read before Debian 12's own 99-protect-links.conf", name)
	}
}

// TestNotLookedAtYet has every topic decide on a server that was not looked at.
func TestNotLookedAtYet(t *testing.T) {
	each(t, func(t *testing.T, topic Topic, p Profile, _ Host) {
		if len(topic.Decide(p, Host{}, "")) == 0 {
			t.Error("it finds nothing to change on a server that was not looked at")
		}
	})
}

func TestShellIsWellFormed(t *testing.T) {
	each(t, func(t *testing.T, topic Topic, p Profile, h Host) {
		for _, script := range []string{topic.Look(), topic.Script(p, h, ""), topic.Script(p, h, "unfinished\n")} {
			cmd := exec.Command("sh", "-n")
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s\n%s", err, out, script)
			}
		}
	})
}

// TestTheList sees that every row says what people need to know.
func TestTheList(t *testing.T) {
	var whats []string
	for _, s := range All() {
		switch {
		case s.What == "" || s.Why == "" || s.Topic == "":
			t.Errorf("a row lacks what, why or its topic: %+v", s)
		case slices.Contains(whats, s.What) && len(s.Systems) == 0:
			t.Errorf("twice in the list: %s", s.What)
		case strings.ContainsAny(s.What+s.Why, "|\n"):
			t.Errorf("it would break a table: %s", s.What)
		}
		whats = append(whats, s.What)
		for _, w := range s.requires {
			if m, ok := w.(mode); ok {
				if _, err := strconv.ParseUint(m.most, 8, 32); err != nil {
					t.Errorf("%s: %v", m.path, err)
				}
			}
		}
	}
}

// TestExceptions sees that every exception has what a table prints.
func TestExceptions(t *testing.T) {
	for _, e := range Exceptions() {
		if e.What == "" || e.Why == "" || len(e.Rules) == 0 || strings.ContainsAny(e.What+e.Why, "|\n") {
			t.Errorf("it lacks something, or would break a table: %+v", e)
		}
	}
	if e, ok := ExceptionFor("partition_for_home"); !ok || !strings.Contains(e.What, "partitions") {
		t.Errorf("got %+v, %t", e, ok)
	}
	if _, ok := ExceptionFor("no_such_rule"); ok {
		t.Error("a rule that nobody knows falls under an exception")
	}
}

// TestContainer sees that what a container can't have is named and not done.
func TestContainer(t *testing.T) {
	for _, topic := range topics {
		for _, s := range topic.Inapplicable(Strict, container) {
			if !s.OwnKernel {
				t.Errorf("not applicable, but needs no kernel: %s", s.What)
			}
		}
		if n := len(topic.Inapplicable(Strict, machine)); n > 0 {
			t.Errorf("%s: %d settings are not applicable where the kernel is its own", topic.Name, n)
		}
	}
}
