package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// hierarchy is one mounted tree of control groups that systemd-nspawn uses.
type hierarchy struct {
	path    string
	unified bool
}

// parseHierarchies finds the hierarchies in the text of /proc/self/mountinfo: the
// unified one first, then systemd's own. Each counts once, however often it is
// mounted.
func parseHierarchies(mountinfo string) []hierarchy {
	var unified, named []hierarchy
	seen := map[string]bool{}
	for _, m := range parseMounts(mountinfo) {
		if seen[m.device] || m.root != "/" {
			continue
		}
		switch {
		case m.fstype == "cgroup2":
			unified = append(unified, hierarchy{path: m.point, unified: true})
		case m.fstype == "cgroup" && hasOption(m.options, "name=systemd"):
			named = append(named, hierarchy{path: m.point})
		default:
			continue
		}
		seen[m.device] = true
	}
	return append(unified, named...)
}

func hasOption(options, want string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == want {
			return true
		}
	}
	return false
}

// The groups of a machine. The guest's and the watcher's are apart because the
// kernel wants processes only in the leaves of the tree.
const (
	groupGuest   = "guest"   // systemd-nspawn and all that runs inside
	groupWatch   = "watch"   // the shell that starts it again when it reboots
	groupNetwork = "network" // slirp4netns
)

// groups are a machine's control groups. They tell which processes of it run, and
// end all of them.
type groups struct {
	hierarchies []hierarchy
	id          string
}

// groupsOf finds the places of the machine's groups, which need not exist.
func groupsOf(mountinfo string, l layout) (groups, error) {
	hierarchies := parseHierarchies(mountinfo)
	if len(hierarchies) == 0 {
		return groups{}, errors.New("no control groups are mounted below /sys/fs/cgroup, so a machine could not be told from other processes")
	}
	return groups{hierarchies: hierarchies, id: l.id}, nil
}

func (h hierarchy) parent() string                 { return filepath.Join(h.path, "slipway") }
func (h hierarchy) group(id, member string) string { return filepath.Join(h.parent(), id, member) }

// procs lists the files through which a process joins a group.
func (g groups) procs(member string) []string {
	var files []string
	for _, h := range g.hierarchies {
		files = append(files, filepath.Join(h.group(g.id, member), "cgroup.procs"))
	}
	return files
}

// make makes all groups of the machine.
func (g groups) make() error {
	for _, h := range g.hierarchies {
		for _, member := range []string{groupGuest, groupWatch, groupNetwork} {
			if err := makeFolder(h.group(g.id, member), 0o755); err != nil {
				return fmt.Errorf("make the machine's control group: %w", err)
			}
		}
		if h.unified {
			delegate(h.parent())
			delegate(h.group(g.id, ""))
		}
	}
	return nil
}

// delegate enables a group's controllers for the groups in it, so that limits of
// the guest's units take effect. Where that is not allowed, the limits have no
// effect and the guest works without them.
func delegate(group string) {
	available, err := os.ReadFile(filepath.Join(group, "cgroup.controllers"))
	if err != nil {
		return
	}
	for name := range strings.FieldsSeq(string(available)) {
		_ = os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+name), 0o644)
	}
}

// populated tells whether a group of the machine has processes; "" stands for all.
func (g groups) populated(member string) (bool, error) {
	for _, h := range g.hierarchies {
		has, err := h.populated(h.group(g.id, member))
		if err != nil || has {
			return has, err
		}
		if h.unified {
			return false, nil
		}
	}
	return false, nil
}

func (h hierarchy) populated(group string) (bool, error) {
	if !h.unified {
		pids, err := pidsBelow(group)
		return len(pids) > 0, err
	}
	events, err := os.ReadFile(filepath.Join(group, "cgroup.events"))
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the machine's control group: %w", err)
	}
	return strings.Contains(string(events), "populated 1"), nil
}

// gone tells whether a group was removed before or while it was read.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENODEV)
}

// pidsBelow lists the processes in a group and in all groups below it.
func pidsBelow(group string) ([]int, error) {
	var pids []int
	err := filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
		if gone(err) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		if err != nil && !gone(err) {
			return err
		}
		for field := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
				pids = append(pids, pid)
			}
		}
		return nil
	})
	return pids, err
}

// inits are the process ids of the guest's init, which is alone in a group that it
// makes for itself. While the guest starts, there is none yet.
func (g groups) inits() ([]int, error) {
	for _, h := range g.hierarchies {
		pids, err := pidsBelow(filepath.Join(h.group(g.id, groupGuest), "payload", "init.scope"))
		if err != nil || len(pids) > 0 {
			return pids, err
		}
	}
	return nil, nil
}

// kill kills every process of a group, or of all with "", once. If the kernel can't
// kill whole groups, processes that start meanwhile need another call.
func (g groups) kill(member string) error {
	for _, h := range g.hierarchies {
		if err := h.kill(h.group(g.id, member)); err != nil {
			return fmt.Errorf("kill the machine's processes: %w", err)
		}
	}
	return nil
}

func (h hierarchy) kill(group string) error {
	if h.unified && os.WriteFile(filepath.Join(group, "cgroup.kill"), []byte("1"), 0o200) == nil {
		return nil
	}
	pids, err := pidsBelow(group)
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

// present lists the machine's groups that exist.
func (g groups) present() []string {
	var list []string
	for _, h := range g.hierarchies {
		if dir := h.group(g.id, ""); exists(dir) {
			list = append(list, dir)
		}
	}
	return list
}

// remove removes all groups of the machine; they must be empty. The group above
// them stays as long as other machines have groups in it.
func (g groups) remove() error {
	if err := g.removeMember(""); err != nil {
		return err
	}
	for _, h := range g.hierarchies {
		_ = os.Remove(h.parent())
	}
	return nil
}

// removeMember removes one of the machine's groups; it must be empty.
func (g groups) removeMember(member string) error {
	for _, h := range g.hierarchies {
		if err := removeGroup(h.group(g.id, member)); err != nil {
			return err
		}
	}
	return nil
}

// removeGroup removes a group and those below it. os.RemoveAll can't do that: the
// files in a group can't be removed by themselves.
func removeGroup(group string) error {
	entries, err := os.ReadDir(group)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		if err := removeGroup(filepath.Join(group, entry.Name())); err != nil {
			return err
		}
	}
	if err := syscall.Rmdir(group); err != nil && !gone(err) {
		return &fs.PathError{Op: "rmdir", Path: group, Err: err}
	}
	return nil
}
