package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"time"

	"github.com/gofrs/flock"

	"slipway/providers"
	"slipway/state/regular"
)

// system is one Debian release that a machine can run.
type system struct {
	// name is what --image calls it.
	name string
	// title is its name for people.
	title string
	// suite is what Debian's archive calls it.
	suite string
}

// systems are all that --image knows; the first is the default.
var systems = []system{
	{name: "debian-13", title: "Debian 13", suite: "trixie"},
	{name: "debian-12", title: "Debian 12", suite: "bookworm"},
}

// systemFor returns the system with that name, or a *providers.Usage.
func systemFor(name string) (system, error) {
	if name == "" {
		return systems[0], nil
	}
	for _, s := range systems {
		if s.name == name {
			return s, nil
		}
	}
	return system{}, &providers.Usage{
		Err:  fmt.Errorf("the local provider has no image %q", name),
		Next: "give --image debian-13 or --image debian-12",
	}
}

// certificateFolder is where a computer keeps its own certificate authorities. In a
// network that re-signs TLS, a machine without them can connect to nothing.
const certificateFolder = "/usr/local/share/ca-certificates"

// buildLimit is how long the building of an image may take.
const buildLimit = 30 * time.Minute

// base is a base image, over which a machine's disk lies. It is made once for each
// computer and then only read.
type base interface {
	// name is the system that a machine over it runs: "debian-13".
	name() string
	// title is its name for people: "the base image of Debian 13".
	title() string
	// place is its path. Something is there only once the image is complete.
	place() string
	// change describes what build does.
	change() providers.Change
	// build makes the image beside its place and moves it there when it is complete.
	build(ctx context.Context, report func(line string)) error
}

// image is the base image as a resource.
type image struct {
	spec   providers.Spec
	cache  string
	engine engine
	layout layout
}

// Kind is "image".
func (i *image) Kind() string { return "image" }

// Title is what people read.
func (i *image) Title() string {
	b, err := i.base()
	if err != nil {
		return "the base image"
	}
	return b.title()
}

// Phase is PhaseImage.
func (i *image) Phase() providers.Phase { return providers.PhaseImage }

// Look looks for the image that the machine's disk lies over, or, if there is no
// machine yet, for the image that spec asks for.
func (i *image) Look(context.Context, time.Time) (providers.Finding, error) {
	r, err := knownRecord(i.layout, i.spec.Tag)
	if err != nil {
		return providers.Finding{}, err
	}
	if r.Seeded {
		return lookUsed(r)
	}
	b, err := i.base()
	if err != nil {
		return providers.Finding{}, err
	}
	if exists(b.place()) {
		return providers.Finding{Holds: true, Detail: filepath.Base(b.place())}, nil
	}
	return providers.Finding{Changes: []providers.Change{b.change()}}, nil
}

func (i *image) base() (base, error) { return i.engine.base(i.spec.Image, i.cache) }

// lookUsed looks for the image of a machine that exists. Another image of the same
// recipe can't replace it: the machine's disk holds only what differs from it.
func lookUsed(r record) (providers.Finding, error) {
	if exists(r.Image) {
		return providers.Finding{Holds: true, Detail: filepath.Base(r.Image)}, nil
	}
	return providers.Finding{}, &providers.Failed{
		Err:  fmt.Errorf("the base image %s is gone, and the machine can't run without it", r.Image),
		Next: "put the image back, or run `slipway destroy` and deploy again",
	}
}

// Make builds the image. If another run builds it, Make waits for that run.
func (i *image) Make(ctx context.Context, report func(line string)) error {
	b, err := i.base()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(b.place()), 0o700); err != nil {
		return fmt.Errorf("make the folder for base images: %w", err)
	}
	lock := flock.New(b.place()+".lock", flock.SetPermissions(0o600))
	defer lock.Close()
	if err := lockImage(ctx, lock, report); err != nil {
		return fmt.Errorf("lock the base image: %w", err)
	}
	if exists(b.place()) {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, buildLimit, fmt.Errorf("it took longer than %v", buildLimit))
	defer cancel()
	return failed("make "+b.title(), b.build(ctx, report))
}

// lockImage takes the lock. If it has to wait, it reports why.
func lockImage(ctx context.Context, lock *flock.Flock, report func(line string)) error {
	if held, err := lock.TryLock(); held || err != nil {
		return err
	}
	report("waiting for another run that is building the same image")
	_, err := lock.TryLockContext(ctx, 100*time.Millisecond)
	return err
}

// form is the kind of an image, as its file name has it.
type form string

const (
	asTree form = ""      // files, for a container
	asDisk form = "-disk" // a disk and a kernel, for a virtual machine
)

// recipe is everything that decides what is in an image.
type recipe struct {
	system       system
	form         form
	arch         string
	certificates []certificate
	// baked are packages that not every image has; see Options.Baked.
	baked []string
	// folder is where the images of this computer are.
	folder string
	// path is where the finished image is. Its name ends with a hash of the recipe.
	path string
}

// certificate is one file of certificateFolder.
type certificate struct {
	path string
	pem  []byte
}

func recipeFor(name, cache, certificateFolder string, f form) (recipe, error) {
	s, err := systemFor(name)
	if err != nil {
		return recipe{}, err
	}
	certificates, err := readCertificates(certificateFolder)
	if err != nil {
		return recipe{}, err
	}
	b := recipe{system: s, form: f, arch: debianArch(), certificates: certificates, folder: filepath.Join(cache, "images")}
	return b.with(nil), nil
}

// with is the recipe with packages baked in.
func (b recipe) with(baked []string) recipe {
	b.baked = baked
	b.path = filepath.Join(b.folder, fmt.Sprintf("%s%s-%s-%s", b.system.name, b.form, b.arch, b.hash()))
	return b
}

func (b recipe) name() string  { return b.system.name }
func (b recipe) place() string { return b.path }

func (b recipe) title() string {
	if b.form == asDisk {
		return "the base image of " + b.system.title + " with a kernel"
	}
	return "the base image of " + b.system.title
}

func (b recipe) change() providers.Change {
	why := "once for all machines of this computer; about a minute and 400 MB in "
	if b.form == asDisk {
		why = "once for all virtual machines of this computer; about two minutes and 650 MB in "
	}
	return providers.Change{What: "build " + b.title() + " from Debian's packages", Why: why + filepath.Dir(b.path)}
}

// hash covers everything that the image is made of, except for Debian's archive.
func (b recipe) hash() string {
	sum := sha256.New()
	b.path = ""
	fmt.Fprintf(sum, "%q\n", b.command("DIR"))
	if b.form == asDisk {
		fmt.Fprintf(sum, "%q\n", fillDisk("DISK", "DIR"))
	}
	for _, f := range b.files() {
		fmt.Fprintf(sum, "%s %o %q\n", f.path, f.mode, f.text)
	}
	for _, path := range unwanted {
		fmt.Fprintf(sum, "- %s\n", path)
	}
	for _, c := range b.certificates {
		fmt.Fprintf(sum, "%s %q\n", c.path, c.pem)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// readCertificates reads the computer's own authorities, in a fixed order. A
// folder that does not exist holds none.
func readCertificates(folder string) ([]certificate, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.crt"))
	if err != nil {
		return nil, fmt.Errorf("list this computer's certificate authorities: %w", err)
	}
	sort.Strings(paths)
	var list []certificate
	for _, path := range paths {
		pem, err := regular.Read(context.Background(), path, regular.Small)
		if err != nil {
			return nil, fmt.Errorf("read this computer's certificate authorities: %w", err)
		}
		list = append(list, certificate{path: path, pem: pem})
	}
	return list, nil
}

// debianArch is Debian's name for this computer's kind of processor.
func debianArch() string {
	switch runtime.GOARCH {
	case "386":
		return "i386"
	case "arm":
		return "armhf"
	case "ppc64le":
		return "ppc64el"
	}
	return runtime.GOARCH
}
