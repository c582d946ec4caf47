package local

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"al.essio.dev/pkg/shellescape"

	"slipway/providers"
)

func TestNew(t *testing.T) {
	for _, name := range []string{"vmware", "kvm"} {
		_, err := New(Options{Engine: name, Dir: "d", Cache: "c"})
		var unusable *providers.Usage
		if !errors.As(err, &unusable) || !strings.Contains(unusable.Next, "nspawn") || !strings.Contains(err.Error(), name) {
			t.Errorf("engine %q: %v", name, err)
		}
	}
	for _, name := range []string{"", "nspawn", "qemu"} {
		p, err := New(Options{Engine: name, Dir: "d", Cache: "c"})
		if err != nil || p.Name() != "local" || !filepath.IsAbs(p.dir) {
			t.Errorf("engine %q: %+v, %v", name, p, err)
		}
	}
	if _, err := New(Options{Cache: "c"}); err == nil {
		t.Error("without a folder the machine would be in the current one")
	}
}

func TestUsable(t *testing.T) {
	good := providers.Spec{Tag: "slipway-a-0"}
	for name, c := range map[string]struct {
		change func(*providers.Spec)
		want   string
	}{
		"default":   {func(*providers.Spec) {}, ""},
		"debian-12": {func(s *providers.Spec) { s.Image = "debian-12" }, ""},
		"region":    {func(s *providers.Spec) { s.Region = "fra1" }, "fra1"},
		"size":      {func(s *providers.Spec) { s.Size = "s-1vcpu-1gb" }, "s-1vcpu-1gb"},
	} {
		spec := good
		c.change(&spec)
		err := usable(spec)
		var unusable *providers.Usage
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.As(err, &unusable) || !strings.Contains(err.Error(), c.want) || unusable.Next == ""):
			t.Errorf("%s: %v", name, err)
		}
	}
	if usable(providers.Spec{}) == nil {
		t.Error("a deployment without a tag was accepted")
	}
}

// TestCheckImage: a wrong image is told before anything is made, and what would
// make sense instead.
func TestCheckImage(t *testing.T) {
	for _, c := range []struct{ engine, image, next string }{
		{"nspawn", "ubuntu-24.04", "debian-13"},
		{"qemu", "ubuntu-24.04", "debian-13"},
		{"nspawn", "./x.qcow2", "--engine qemu"},
		{"qemu", "/absent/x.qcow2", "path"},
		{"qemu", "https://h.example/x.qcow2", "#sha256:"},
	} {
		p, err := New(Options{Engine: c.engine, Dir: t.TempDir(), Cache: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var unusable *providers.Usage
		err = p.Check(t.Context(), providers.Spec{Tag: "slipway-unit-1", Image: c.image})
		if !errors.As(err, &unusable) || !strings.Contains(unusable.Next, c.next) {
			t.Errorf("%s on %s: %v", c.image, c.engine, err)
		}
	}
}

func TestTreat(t *testing.T) {
	whole := observed{Running: true, Supervised: true, Mounted: true, Namespace: true, Network: true, Forwards: true}
	for name, c := range map[string]struct {
		change func(*observed)
		want   treatment
	}{
		"whole":          {func(*observed) {}, leaveAlone},
		"off":            {func(o *observed) { o.Running = false }, powerOn},
		"nothing at all": {func(o *observed) { *o = observed{} }, powerOn},
		"only slirp":     {func(o *observed) { *o = observed{Network: true, Forwards: true, Namespace: true} }, powerOn},
		"no supervisor":  {func(o *observed) { o.Supervised = false }, restart},
		"no mount":       {func(o *observed) { o.Mounted = false }, restart},
		"no namespace":   {func(o *observed) { o.Namespace = false }, restart},
		"no slirp":       {func(o *observed) { o.Network = false }, mendNetwork},
		"no forwards":    {func(o *observed) { o.Forwards = false }, mendNetwork},
	} {
		o := whole
		c.change(&o)
		if got := treat(o); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestMachineID(t *testing.T) {
	for tag, same := range map[string]bool{
		"slipway-hello-3f9a1c0b7d2e":   true,
		"../../etc":                    false,
		"a/b":                          false,
		"-rf":                          false,
		"Hello":                        false,
		"a\nb":                         false,
		"":                             false,
		"s" + strings.Repeat("x", 200): false,
	} {
		id := machineID(tag)
		if (id == tag) != same || !shortTag.MatchString(id) {
			t.Errorf("tag %q: id %q", tag, id)
		}
		if socket := layoutFor("/x", tag).socket(); len(socket) >= 108 {
			t.Errorf("tag %q: the socket's path has %d bytes", tag, len(socket))
		}
	}
	if machineID("a/b") == machineID("a_b") {
		t.Error("two tags share an id")
	}
}

func TestChooseAddress(t *testing.T) {
	all := func(netip.Addr, int) error { return nil }
	first, ssh, err := chooseAddress("slipway-a-1", all)
	if err != nil || ssh != 22 || first != candidate("slipway-a-1", 0) {
		t.Fatalf("%v %d %v", first, ssh, err)
	}
	other, _, err := chooseAddress("slipway-a-2", all)
	if err != nil || other == first {
		t.Errorf("two tags share the address %v, %v", other, err)
	}
	taken := func(blocked func(netip.Addr, int) bool) func(netip.Addr, int) error {
		return func(a netip.Addr, port int) error {
			if blocked(a, port) {
				return fmt.Errorf("%v:%d is taken", a, port)
			}
			return nil
		}
	}
	second, ssh, err := chooseAddress("slipway-a-1", taken(func(a netip.Addr, port int) bool { return a == first && port == 443 }))
	if err != nil || ssh != 22 || second != candidate("slipway-a-1", 1) {
		t.Errorf("with the first taken: %v %d %v", second, ssh, err)
	}
	same, ssh, err := chooseAddress("slipway-a-1", taken(func(_ netip.Addr, port int) bool { return port == 22 }))
	if err != nil || ssh != 2222 || same != first {
		t.Errorf("with an sshd on every address: %v %d %v", same, ssh, err)
	}
	_, _, err = chooseAddress("slipway-a-1", taken(func(_ netip.Addr, port int) bool { return port == 80 }))
	var refused *providers.Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), ":80 is taken") {
		t.Errorf("with a web server on every address: %v", err)
	}
}

// TestNoAddress: why there is no address decides what to do next.
func TestNoAddress(t *testing.T) {
	for cause, want := range map[error]string{
		syscall.EADDRNOTAVAIL: "ifconfig lo0 alias " + candidate("slipway-a-1", 0).String(),
		syscall.EACCES:        "sudo",
		syscall.EADDRINUSE:    "ss -ltnp",
	} {
		_, _, err := chooseAddress("slipway-a-1", func(netip.Addr, int) error { return &net.OpError{Op: "listen", Err: cause} })
		var refused *providers.Refused
		if !errors.As(err, &refused) || !strings.Contains(refused.Next, want) {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

func TestCandidate(t *testing.T) {
	for n := range 5000 {
		a := candidate("tag", n)
		b := a.As4()
		if !a.IsLoopback() || b[1] == 0 || b[3] == 0 || b[3] == 255 {
			t.Fatalf("candidate %d is %v", n, a)
		}
	}
}

func TestPortFree(t *testing.T) {
	addr := netip.MustParseAddr("127.213.7.9")
	listener, err := net.Listen("tcp4", addr.String()+":0")
	if err != nil {
		t.Skipf("this system has no such loopback address: %v", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if portFree(addr, port) == nil {
		t.Error("a port that is taken counts as free")
	}
	listener.Close()
	if err := portFree(addr, port); err != nil {
		t.Error(err)
	}
}

func TestMissing(t *testing.T) {
	list := []tool{{pkg: "a", files: []string{"/a", "/other/a"}}, {pkg: "b", files: []string{"/b"}}}
	for have, want := range map[string]string{"": "a, b", "/a": "b", "/other/a": "b", "/b": "a", "/a /b": ""} {
		got := packages(missing(list, func(path string) bool { return slices.Contains(strings.Fields(have), path) }))
		if got != want {
			t.Errorf("with %q, %q are missing, not %q", have, got, want)
		}
	}
	commands := aptCommands(list)
	if got := strings.Join(commands[0], " "); !strings.HasSuffix(got, "DPkg::Lock::Timeout=300 update") {
		t.Errorf("first %s", got)
	}
	if got := strings.Join(commands[1], " "); !strings.HasSuffix(got, "install a b") || !strings.Contains(got, " -y ") {
		t.Errorf("then %s", got)
	}
}

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

func TestCommands(t *testing.T) {
	l := layoutFor("/var/lib/x", "slipway-hello-1")
	nspawn := strings.Join(nspawnCommand(l), " ")
	for _, want := range []string{
		"--directory=/run/slipway/slipway-hello-1/root ", "--network-namespace-path=/run/netns/slipway-hello-1 ",
		"--keep-unit", "--register=no", "--capability=CAP_NET_ADMIN,CAP_SYSLOG",
	} {
		if !strings.Contains(nspawn, want) {
			t.Errorf("%s lacks %s", nspawn, want)
		}
	}
	slirp := strings.Join(slirpCommand(l, "3"), " ")
	for _, want := range []string{"--disable-host-loopback", "--ready-fd=3", "--api-socket=/run/slipway/slipway-hello-1/api.sock /run/netns/slipway-hello-1 tap0"} {
		if !strings.Contains(slirp, want) {
			t.Errorf("%s lacks %s", slirp, want)
		}
	}
	t.Setenv("DIGITALOCEAN_TOKEN", "secret")
	if env := strings.Join(nspawnEnv(), " "); strings.Contains(env, "secret") {
		t.Errorf("the machine's processes can see %s", env)
	}
	if got := overlayOptions(layout{dir: "/a:b,c"}, `/i\m`); got != `lowerdir=/i\\m,upperdir=/a\:b\,c/disk,workdir=/a\:b\,c/work` {
		t.Error(got)
	}
}

// TestScripts runs the scripts with files in place of control groups.
func TestScripts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a $(folder)")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	watch, guest, count := filepath.Join(dir, "watch"), filepath.Join(dir, "guest"), filepath.Join(dir, "count")
	quoted := shellescape.Quote(count)
	// A guest that asks for two reboots and then powers off.
	program := "echo x >>" + quoted + "; test $(wc -l <" + quoted + ") -gt 2 || exit 133"
	script := superviseScript([]string{watch}, []string{guest}, []string{"sh", "-c", program})
	// Its output goes through a pipe, so this waits for what is in the background.
	if out, err := exec.Command("/bin/sh", "-c", script).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	for name, want := range map[string]string{"watch": "0\n", "guest": "0\n", "count": "x\nx\nx\n"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	script = detachScript([]string{filepath.Join(dir, "absent", "group")}, []string{"echo", "started"})
	if out, err := exec.Command("/bin/sh", "-c", script).CombinedOutput(); err == nil || strings.Contains(string(out), "started") {
		t.Errorf("it was started outside of its group: %s", out)
	}
}

func TestRecipe(t *testing.T) {
	cache, certs := t.TempDir(), t.TempDir()
	plain, err := recipeFor("", cache, filepath.Join(certs, "absent"), asTree)
	if err != nil {
		t.Fatal(err)
	}
	if want := "debian-13-" + debianArch() + "-"; !strings.HasPrefix(plain.path, filepath.Join(cache, "images", want)) {
		t.Errorf("the image is at %s", plain.path)
	}
	again, err := recipeFor("debian-13", cache, filepath.Join(certs, "absent"), asTree)
	if err != nil || again.path != plain.path {
		t.Errorf("the same recipe is at %s, %v", again.path, err)
	}
	if err := os.WriteFile(filepath.Join(certs, "own ca.crt"), []byte("PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	trusting, err := recipeFor("", cache, certs, asTree)
	if err != nil || trusting.path == plain.path {
		t.Errorf("another set of authorities shares the image %s, %v", trusting.path, err)
	}
	command := strings.Join(trusting.command("/d"), "\n")
	for _, want := range []string{"copy-in '" + certs + "/own ca.crt' ", "update-ca-certificates", "\ntrixie\n/d\ndeb [signed-by=" + keyring + "]", "trixie-security main", "trixie-updates main"} {
		if !strings.Contains(command, want) {
			t.Errorf("%s\nlacks %q", command, want)
		}
	}
	for _, f := range plain.command("/d") {
		if strings.Contains(f, "update-ca-certificates") {
			t.Error("authorities are set up where there are none")
		}
	}
}

func TestFinish(t *testing.T) {
	b, err := recipeFor("debian-12", t.TempDir(), t.TempDir(), asTree)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for path, text := range map[string]string{
		"etc/ssh/ssh_host_rsa_key": "private", "etc/apt/sources.list": "deb x", "etc/machine-id": "uninitialized", "etc/ssh/sshd_config": "keep",
	} {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.finish(dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"etc/ssh/ssh_host_rsa_key", "etc/apt/sources.list"} {
		if present(filepath.Join(dir, path)) {
			t.Errorf("%s is left", path)
		}
	}
	for path, want := range map[string]string{
		"etc/machine-id": "", "etc/ssh/sshd_config": "keep", "etc/resolv.conf": "nameserver 10.0.2.3\n",
		"etc/apt/sources.list.d/debian.sources": b.debianSources(),
	} {
		got, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", path, got, err)
		}
	}
}

func TestMetaData(t *testing.T) {
	got, err := metaData("slipway-a-1", "a\"\nruncmd: x")
	if err != nil || got != `{"instance-id":"slipway-a-1","local-hostname":"a\"\nruncmd: x"}`+"\n" {
		t.Errorf("%v: %s", err, got)
	}
}

func TestRecord(t *testing.T) {
	l := layoutFor(filepath.Join(t.TempDir(), "not yet there"), "slipway-a-1")
	if r, err := knownRecord(l, "slipway-a-1"); err != nil || r != (record{}) {
		t.Fatalf("%+v, %v", r, err)
	}
	want := record{Tag: "slipway-a-1", Address: "127.1.2.3", SSHPort: 22, System: "debian-13", Image: "/i", Seeded: true}
	if err := writeRecord(l, want); err != nil {
		t.Fatal(err)
	}
	if got, err := readRecord(l, want.Tag); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := readRecord(l, "slipway-b-2"); !errors.Is(err, errOtherTag) {
		t.Errorf("another deployment's record: %v", err)
	}
}

// TestOtherTag: a folder with another deployment's machine is neither shown nor
// removed.
func TestOtherTag(t *testing.T) {
	p, err := New(Options{Dir: t.TempDir(), Cache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	mine, other := providers.Spec{Tag: "slipway-unit-mine"}, providers.Spec{Tag: "slipway-unit-other"}
	if err := writeRecord(p.layout(other), record{Tag: other.Tag, Address: "127.1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if held, err := p.Holdings(t.Context(), mine); err != nil || len(held) > 0 {
		t.Errorf("holds %v, %v", held, err)
	}
	if err := p.Destroy(t.Context(), mine, func(line string) { t.Error(line) }); err != nil {
		t.Error(err)
	}
	if held, err := p.Holdings(t.Context(), other); err != nil || len(held) != 1 || !strings.Contains(held[0].Detail, "127.1.2.3") {
		t.Errorf("the other holds %v, %v", held, err)
	}
}

func TestSlirpAnswer(t *testing.T) {
	var list struct{ Entries []hostForward }
	for _, reply := range []string{
		`{"entries":[{"id":1,"proto":"tcp","host_addr":"127.1.2.3","host_port":22,"guest_addr":"10.0.2.100","guest_port":22}]}`,
		`{"return":{"entries":[{"id":1,"proto":"tcp","host_addr":"127.1.2.3","host_port":22,"guest_addr":"10.0.2.100","guest_port":22}]}}`,
	} {
		list.Entries = nil
		want := forward{Address: "127.1.2.3", Port: 22, Guest: 22}.wire()
		if err := slirpAnswer([]byte(reply), &list); err != nil || !slices.Equal(list.Entries, []hostForward{want}) {
			t.Errorf("%s: %+v, %v", reply, list, err)
		}
	}
	if err := slirpAnswer([]byte(`{"error":{"desc":"bad request"}}`), nil); err == nil || err.Error() != "bad request" {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	var got []string
	w := &lines{report: func(line string) { got = append(got, line) }}
	for _, part := range []string{"one\ntw", "o\r\n\n\x1b[31mthree\x1b[0m\nfour"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("%q", got)
	}
}

func TestPlain(t *testing.T) {
	if got := plain("a\r\n\x1b[31mred\x1b]0;title\x07\x1b[2Jb\x00\tc\x7f"); got != "a\nredb\tc" {
		t.Errorf("%q", got)
	}
}
