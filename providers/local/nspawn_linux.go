package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers"
)

const (
	// killLimit is how long killed processes may take to be gone.
	killLimit = 10 * time.Second
	// inotifyNeed is how many inotify instances must be free: a Debian guest takes 8.
	inotifyNeed = 10
	// inotifyLimit is how long to wait for them: machines that end give theirs back a little
	// later.
	inotifyLimit = 20 * time.Second
	// powerOff asks systemd to power off: SIGRTMIN+4, see systemd(1).
	powerOff = syscall.Signal(34 + 4)
)

// nspawn runs machines as containers of systemd-nspawn: a complete Debian with its
// own init on this computer's kernel.
type nspawn struct {
	// baked are more packages of the base image; see Options.Baked.
	baked []string
}

func (nspawn) patience() patience { return quick }

// base is the image of one of the systems; a container can't run a disk image.
func (n nspawn) base(image, cache string) (base, error) {
	if isSource(image) {
		return nil, &providers.Usage{
			Err:  fmt.Errorf("the engine nspawn runs containers and can't run the disk image %s", image),
			Next: "add --engine qemu, or give --image debian-13",
		}
	}
	r, err := recipeFor(image, cache, certificateFolder, asTree)
	if err != nil {
		return nil, err
	}
	return r.with(n.baked), nil
}

func (nspawn) tools(string) []tool {
	return append(builders(),
		tool{pkg: "systemd-container", files: []string{"/usr/bin/systemd-nspawn"}, why: "it runs the machine"},
		tool{pkg: "slirp4netns", files: []string{"/usr/bin/slirp4netns"}, why: "it connects the machine to the network"},
		tool{pkg: "iproute2", files: []string{"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"}, why: "it makes the machine's network"},
		tool{pkg: "nftables", files: []string{"/usr/sbin/nft", "/sbin/nft"}, why: "it leads the machine's address into the machine"},
	)
}

func (n nspawn) observe(ctx context.Context, l layout, r record) (observed, error) {
	mountinfo, err := readMountinfo()
	if err != nil {
		return observed{}, err
	}
	g, err := groupsOf(mountinfo, l)
	if err != nil {
		return observed{}, err
	}
	guest, err1 := g.populated(groupGuest)
	watch, err2 := g.populated(groupWatch)
	network, err3 := g.populated(groupNetwork)
	if err := errors.Join(err1, err2, err3); err != nil {
		return observed{}, err
	}
	mounts := parseMounts(mountinfo)
	o := observed{
		Running: guest || watch, Supervised: watch, Network: network,
		Mounted: mounted(mounts, l.root()), Namespace: mounted(mounts, l.netns()),
	}
	if o.Running && o.Network {
		through := r.forwards()
		if routed(mounts, l, r) {
			through = nil
		}
		o.Forwards = forwarded(ctx, l.socket(), through)
	}
	return o, nil
}

func (nspawn) remains(l layout) ([]string, error) {
	mountinfo, err := readMountinfo()
	if err != nil {
		return nil, err
	}
	var list []string
	if g, err := groupsOf(mountinfo, l); err == nil {
		list = g.present()
	}
	for _, path := range append(runtimePaths(l), l.hostLinkFolder()) {
		if present(path) {
			list = append(list, path)
		}
	}
	return list, nil
}

// runtimePaths are all places outside the machine's folder where parts of it can
// be, with those that a killed systemd-nspawn leaves behind.
func runtimePaths(l layout) []string {
	return []string{
		l.run, l.netns(), l.routerNetns(),
		filepath.Join("/run/systemd/nspawn/propagate", l.id),
		filepath.Join("/run/systemd/nspawn/unix-export", l.id),
	}
}

// start boots the machine. If that fails, it removes what it has started.
func (n nspawn) start(ctx context.Context, l layout, b boot) (err error) {
	if err := awaitInotify(ctx, inotifyLimit); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.clean(context.WithoutCancel(ctx), l))
		}
	}()
	g, err := n.prepare(ctx, l, b)
	if err != nil {
		return err
	}
	if err := startNetwork(ctx, l, g, b.record); err != nil {
		return err
	}
	return startGuest(ctx, l, g)
}

// prepare makes what the machine needs before it has processes: control groups,
// network namespace, file system and the first boot's data.
func (nspawn) prepare(ctx context.Context, l layout, b boot) (groups, error) {
	for _, dir := range []string{l.upper(), l.work(), l.root()} {
		if err := makeFolder(dir, 0o755); err != nil {
			return groups{}, err
		}
	}
	for _, dir := range []string{l.dir, l.run} {
		if err := os.Chmod(dir, 0o700); err != nil {
			return groups{}, err
		}
	}
	mountinfo, err := readMountinfo()
	if err != nil {
		return groups{}, err
	}
	g, err := groupsOf(mountinfo, l)
	if err != nil {
		return groups{}, err
	}
	if err := g.make(); err != nil {
		return groups{}, err
	}
	if err := addNamespace(ctx, l); err != nil {
		return groups{}, err
	}
	if err := unix.Mount("overlay", l.root(), "overlay", 0, overlayOptions(l, b.record.Image)); err != nil {
		return groups{}, &providers.Refused{
			Err:  fmt.Errorf("lay the machine's disk %s over the base image: %w", l.upper(), err),
			Next: "set SLIPWAY_HOME to a folder on a file system like ext4, xfs or btrfs",
		}
	}
	if b.record.Seeded {
		return g, nil
	}
	if err := writeSeed(filepath.Join(l.root(), seedFolder), b); err != nil {
		return groups{}, err
	}
	return g, b.seeded()
}

func addNamespace(ctx context.Context, l layout) error {
	if err := run(ctx, l, "ip", "netns", "add", l.id); err != nil {
		return err
	}
	return run(ctx, l, "ip", "-n", l.id, "link", "set", "lo", "up")
}

// mend replaces slirp4netns and the router by new ones. The guest runs on.
func (nspawn) mend(ctx context.Context, l layout, r record) error {
	mountinfo, err := readMountinfo()
	if err != nil {
		return err
	}
	g, err := groupsOf(mountinfo, l)
	if err != nil {
		return err
	}
	if err := end(ctx, g, groupNetwork); err != nil {
		return err
	}
	// Some kernels kill every process that starts in a group which was killed as a
	// whole before (they compare its count of kills with another group's).
	if err := retry(ctx, killLimit, func() error { return g.removeMember(groupNetwork) }); err != nil {
		return err
	}
	if err := g.make(); err != nil {
		return err
	}
	return startNetwork(ctx, l, g, r)
}

// stop asks the guest to shut down, ends it by force if it takes too long, and
// removes everything of the machine but its folder.
func (n nspawn) stop(ctx context.Context, l layout) error {
	mountinfo, err := readMountinfo()
	if err != nil {
		return err
	}
	g, err := groupsOf(mountinfo, l)
	if err != nil {
		return err
	}
	pids, err := g.inits()
	if err != nil {
		return err
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, powerOff); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("power the machine off: %w", err)
		}
	}
	if len(pids) > 0 {
		_ = awaitEmpty(ctx, g, groupGuest, n.patience().powerOff) // clean ends what is left
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return n.clean(ctx, l)
}

// clean ends all processes of the machine and removes everything of it but its
// folder. It looks for each part, so it also works if some are missing.
func (nspawn) clean(ctx context.Context, l layout) error {
	mountinfo, err := readMountinfo()
	if err != nil {
		return err
	}
	g, err := groupsOf(mountinfo, l)
	if err != nil {
		return err
	}
	if err := end(ctx, g, ""); err != nil {
		return err
	}
	if err := retry(ctx, killLimit, func() error { return removeRuntime(ctx, l) }); err != nil {
		return err
	}
	if err := retry(ctx, killLimit, g.remove); err != nil {
		return fmt.Errorf("remove the machine's control groups: %w", err)
	}
	_ = os.Remove(runRoot()) // it stays as long as other machines have folders in it
	return nil
}

func removeRuntime(ctx context.Context, l layout) error {
	if err := removeRouter(ctx, l); err != nil {
		return err
	}
	if err := unmountAll(ctx, runtimePaths(l)...); err != nil {
		return err
	}
	for _, path := range runtimePaths(l) {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// end kills the processes of one of the machine's groups, or of all with "", and
// waits until they are gone.
func end(ctx context.Context, g groups, member string) error {
	return retry(ctx, killLimit, func() error {
		has, err := g.populated(member)
		if err != nil || !has {
			return err
		}
		if err := g.kill(member); err != nil {
			return err
		}
		return awaitEmpty(ctx, g, member, time.Second)
	})
}

func awaitEmpty(ctx context.Context, g groups, member string, limit time.Duration) error {
	return retry(ctx, limit, func() error {
		has, err := g.populated(member)
		if err == nil && has {
			err = errors.New("some of the machine's processes are still there")
		}
		return err
	})
}

// unmountAll unmounts everything at and below the paths. A mount that is still in
// use is detached: only the processes that use it see it then.
func unmountAll(ctx context.Context, paths ...string) error {
	mountinfo, err := readMountinfo()
	if err != nil {
		return err
	}
	for _, point := range mountsAt(parseMounts(mountinfo), paths...) {
		err := retry(ctx, time.Second, func() error { return unix.Unmount(point, unix.UMOUNT_NOFOLLOW) })
		if errors.Is(err, unix.EBUSY) {
			err = unix.Unmount(point, unix.UMOUNT_NOFOLLOW|unix.MNT_DETACH)
		}
		if err != nil {
			return fmt.Errorf("unmount %s: %w", point, err)
		}
	}
	return nil
}

func readMountinfo() (string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", fmt.Errorf("read what is mounted: %w", err)
	}
	return string(text), nil
}

// awaitInotify waits until enough inotify instances are free. A guest that finds too few of
// them boots, but its systemd never restarts anything.
func awaitInotify(ctx context.Context, limit time.Duration) error {
	err := retry(ctx, limit, inotifyLeft)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &providers.Refused{
		Err:  fmt.Errorf("this computer has too few inotify instances left for another machine, which takes about 8 (fs.inotify.max_user_instances): %w", err),
		Next: "run `sysctl -w fs.inotify.max_user_instances=1024`, then the same command again",
	}
}

// inotifyLeft takes as many inotify instances as a guest needs, and gives them back.
func inotifyLeft() error {
	for range inotifyNeed {
		fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
	}
	return nil
}
