package local

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
)

func TestVirtualCommand(t *testing.T) {
	l := layoutFor("/var/lib/x,y", "slipway-hello-1")
	r := record{Address: "127.9.8.7", SSHPort: 2222}
	amd := architectures["amd64"]
	for name, c := range map[string]struct {
		v            virtual
		want, absent []string
	}{
		"emulated, with a kernel": {
			v: virtual{architecture: amd, processor: emulated, direct: "/images/d", cpus: 2, confined: true},
			want: []string{
				"qemu-system-x86_64 -name slipway-hello-1 ", "-accel tcg,thread=multi -cpu max,cx16=off", " -smp 2 ",
				"-kernel /images/d/vmlinuz -initrd /images/d/initrd.img -append root=LABEL=root ", "console=ttyS0",
				"filename=/var/lib/x,,y/machine/disk.qcow2", "file.filename=/var/lib/x,,y/machine/seed.iso",
				"hostfwd=tcp:127.9.8.7:2222-:22,hostfwd=tcp:127.9.8.7:80-:80,hostfwd=tcp:127.9.8.7:443-:443 ",
				"ipv6=off", "dns=10.0.2.3", "-sandbox on,", "spawn=deny",
			},
			absent: []string{"-no-reboot", "-bios"},
		},
		"on this processor, with a boot loader": {
			v:      virtual{architecture: amd, processor: kvm, cpus: 1},
			want:   []string{"-accel kvm -cpu host "},
			absent: []string{"-kernel", "-append", "-bios", "-sandbox", "tcg"},
		},
		"another architecture, with a boot loader": {
			v:      virtual{architecture: architectures["arm64"], processor: hvf, cpus: 1},
			want:   []string{"qemu-system-aarch64 ", "-machine virt ", "-accel hvf ", "-bios " + arm64Firmware},
			absent: []string{"-kernel"},
		},
	} {
		got := strings.Join(c.v.command(l, r.forwards()), " ")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s\nlacks %s", name, got, want)
			}
		}
		for _, absent := range c.absent {
			if strings.Contains(got, absent) {
				t.Errorf("%s: %s\nhas %s", name, got, absent)
			}
		}
	}
}

func TestSource(t *testing.T) {
	sum256, sum512 := strings.Repeat("0a", 32), strings.Repeat("0B", 64)
	for image, want := range map[string]source{
		"./x.qcow2":                 {file: "./x.qcow2"},
		"/i/x.raw#sha256:" + sum256: {file: "/i/x.raw", algorithm: "sha256", sum: sum256},
		"https://h.example/d/x.qcow2#sha256:" + sum256:   {address: "https://h.example/d/x.qcow2", algorithm: "sha256", sum: sum256},
		"https://h.example/x.qcow2?a=b#sha512:" + sum512: {address: "https://h.example/x.qcow2?a=b", algorithm: "sha512", sum: strings.ToLower(sum512)},
	} {
		got, err := parseSource(image)
		if err != nil || got != want || CheckImage(image) != nil {
			t.Errorf("%s: %+v, %v", image, got, err)
		}
	}
	for image, want := range map[string]string{
		"https://h.example/x.qcow2":                "#sha256:",
		"https://h.example/x.qcow2#md5:0a":         "hexadecimal",
		"https://h.example/x.qcow2#sha256:0a":      "hexadecimal",
		"./x.qcow2#sha512:" + sum256:               "hexadecimal",
		"ftp://h.example/x.qcow2#sha256:" + sum256: "https://",
		"https:///x.qcow2#sha256:" + sum256:        "https://",
		"Debian 13":                                "slug",
		"":                                         "slug",
	} {
		if err := CheckImage(image); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", image, err)
		}
	}
}

func TestSourceName(t *testing.T) {
	sum := "#sha256:" + strings.Repeat("0a", 32)
	for image, want := range map[string]string{
		"https://h.example/d/debian 13.qcow2?x=/y" + sum: "import-debian-13.qcow2-0a0a0a0a0a0a0a0a",
		"https://h.example/" + sum:                       "import-image-0a0a0a0a0a0a0a0a",
		"/i/..qcow2" + sum:                               "import-qcow2-0a0a0a0a0a0a0a0a",
	} {
		b, err := importFrom(image, "/cache")
		if err != nil || b.place() != "/cache/images/"+want {
			t.Errorf("%s: %+v, %v", image, b, err)
		}
	}
	var usage *providers.Usage
	if _, err := importFrom(filepath.Join(t.TempDir(), "absent.qcow2"), "/cache"); !errors.As(err, &usage) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := (nspawn{}).base("./x.qcow2", "/cache"); !errors.As(err, &usage) || !strings.Contains(usage.Next, "qemu") {
		t.Errorf("a disk for a container: %v", err)
	}
}

// needQEMU skips the test where there is no QEMU, except in CI.
func needQEMU(t *testing.T) {
	t.Helper()
	for _, program := range []string{"qemu-img", architectures[debianArch()].program} {
		if _, err := findTool(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
}

// haltingDisk is a disk with a boot sector that halts the processor for ever.
func haltingDisk(t *testing.T) string {
	t.Helper()
	sector := make([]byte, 1<<20)
	copy(sector, []byte{0xfa, 0xf4, 0xeb, 0xfd}) // cli; hlt; jmp to hlt
	sector[510], sector[511] = 0x55, 0xaa
	path := filepath.Join(t.TempDir(), "halts.img")
	if err := os.WriteFile(path, sector, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// diskImages is a folder with disk images of several formats: raw is whole.qcow2 as
// a raw disk, and the others can't be imported.
func diskImages(t *testing.T) (folder, raw string) {
	t.Helper()
	raw = haltingDisk(t)
	folder = filepath.Dir(raw)
	for _, argv := range [][]string{
		{"convert", "-O", "qcow2", raw, folder + "/whole.qcow2"},
		{"create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", folder + "/part.qcow2"},
		{"convert", "-O", "vmdk", raw, folder + "/other.vmdk"},
	} {
		if out, err := exec.Command("qemu-img", argv...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.WriteFile(folder+"/packed.xz", []byte(strings.Repeat("packed", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder, raw
}

func TestImport(t *testing.T) {
	needQEMU(t)
	folder, raw := diskImages(t)
	served := httptest.NewServer(http.FileServer(http.Dir(folder)))
	defer served.Close()
	content, err := os.ReadFile(folder + "/whole.qcow2")
	if err != nil {
		t.Fatal(err)
	}
	sum256, sum512 := sha256.Sum256(content), sha512.Sum512(content)
	right256, right512 := "#sha256:"+hex.EncodeToString(sum256[:]), "#sha512:"+hex.EncodeToString(sum512[:])
	wrong := "#sha256:" + strings.Repeat("0a", 32)
	for image, want := range map[string]string{ // the format, or a word of the error
		raw:                                    "raw",
		folder + "/whole.qcow2":                "qcow2",
		folder + "/whole.qcow2" + right512:     "qcow2",
		served.URL + "/whole.qcow2" + right256: "qcow2",
		folder + "/whole.qcow2" + wrong:        "was asked for",
		served.URL + "/whole.qcow2" + wrong:    "was asked for",
		served.URL + "/absent" + right256:      "404",
		folder + "/part.qcow2":                 "another file",
		folder + "/other.vmdk":                 "vmdk",
		folder + "/packed.xz":                  "still compressed",
	} {
		t.Run(image[len(image)-20:], func(t *testing.T) {
			b, err := importFrom(image, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(b.place()+".part", "stale"), 0o700); err != nil {
				t.Fatal(err)
			}
			err = b.build(t.Context(), func(string) {})
			if _, format, missing := baseDisk(b.place()); missing == nil {
				if err != nil || format != want {
					t.Errorf("%s became %s, %v", image, format, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", image, err)
			}
			if present(b.place() + ".part") {
				t.Error("half a copy is left")
			}
		})
	}
}

// TestLock: a lock is held as long as anybody has a copy of it.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if has, err := held(path); has || err != nil {
		t.Errorf("no lock: %v, %v", has, err)
	}
	lock, err := take(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(t.Context(), path); err == nil {
		t.Error("two have it")
	}
	child := exec.Command("cat")
	child.ExtraFiles = []*os.File{lock}
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(child.Start(), lock.Close()); err != nil {
		t.Fatal(err)
	}
	if has, err := held(path); !has || err != nil {
		t.Errorf("a child has it: %v, %v", has, err)
	}
	if err := errors.Join(stdin.Close(), child.Wait()); err != nil {
		t.Fatal(err)
	}
	if has, err := held(path); has || err != nil {
		t.Errorf("the child has ended: %v, %v", has, err)
	}
}

func TestVirtualRecipe(t *testing.T) {
	tree, err1 := recipeFor("", "/cache", t.TempDir(), asTree)
	disk, err2 := recipeFor("", "/cache", t.TempDir(), asDisk)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(disk.packages(), "linux-image-cloud-"+disk.arch) || slices.Contains(tree.packages(), "apparmor") {
		t.Errorf("%v\n%v", disk.packages(), tree.packages())
	}
	for _, name := range tree.packages() {
		if !slices.Contains(disk.packages(), name) {
			t.Errorf("only the container has %s", name)
		}
	}
	for _, plain := range []recipe{tree, disk} {
		if baked := plain.with([]string{"lynis"}); baked.path == plain.path || !slices.Contains(baked.packages(), "lynis") {
			t.Errorf("baked in: %v, %s", baked.packages(), baked.path)
		}
	}
	if !strings.HasPrefix(filepath.Base(disk.path), "debian-13-disk-") || disk.hash() == tree.hash() {
		t.Errorf("%s and %s", disk.path, tree.path)
	}
}
