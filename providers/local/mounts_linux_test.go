package local

import (
	"slices"
	"testing"
)

const hybrid = `22 27 0:21 / /proc rw,relatime - proc proc rw
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
34 31 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
99 31 0:38 / /mnt/again rw,relatime - cgroup2 cgroup2 rw
98 31 0:38 /sub /mnt/part rw,relatime - cgroup2 cgroup2 rw
50 27 0:50 / /run/a\040b/root rw - overlay overlay rw,lowerdir=/x
51 27 0:51 / /run/a\040b/root/in rw - tmpfs tmpfs rw
52 27 0:51 / /run/a\040bc rw - tmpfs tmpfs rw
broken line
`

func TestParseHierarchies(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []hierarchy
	}{
		"hybrid": {hybrid, []hierarchy{{"/sys/fs/cgroup/unified", true}, {"/sys/fs/cgroup/systemd", false}}},
		"unified": {
			"30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
			[]hierarchy{{"/sys/fs/cgroup", true}},
		},
		"legacy": {
			"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
			[]hierarchy{{"/sys/fs/cgroup/systemd", false}},
		},
		"none": {"22 27 0:21 / /proc rw,relatime - proc proc rw\n", nil},
	} {
		if got := parseHierarchies(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestMounts(t *testing.T) {
	list := parseMounts(hybrid)
	if !mounted(list, "/run/a b/root") || mounted(list, "/run/a b") {
		t.Error("a mount with a space in its name was misread")
	}
	got := mountsAt(list, "/run/a b", "/nowhere")
	if want := []string{"/run/a b/root/in", "/run/a b/root"}; !slices.Equal(got, want) {
		t.Errorf("to unmount: %q", got)
	}
}
