package local

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"slipway/providers"
)

// supported looks for what can't be installed: rights, what the kernel must offer,
// and apt-get, which installs the rest.
func (n nspawn) supported(string) error {
	if err := administers(); err != nil {
		return err
	}
	if absent := missing(n.tools(""), exists); len(absent) > 0 && !exists(aptGet) {
		return noApt(absent)
	}
	if !exists("/dev/net/tun") {
		return &providers.Refused{
			Err:  errors.New("this computer has no /dev/net/tun, which a machine's network needs"),
			Next: "run `modprobe tun`, then the same command again",
		}
	}
	mountinfo, err := readMountinfo()
	if err != nil {
		return err
	}
	if _, err := groupsOf(mountinfo, layout{}); err != nil {
		return &providers.Refused{Err: err, Next: "mount them, or run slipway on a computer that runs systemd"}
	}
	return nil
}

// administers is nil if this process is root and may mount file systems.
func administers() error {
	if os.Geteuid() != 0 {
		return &providers.Refused{
			Err:  errors.New("a machine on this computer needs root's rights, and this is user " + strconv.Itoa(os.Geteuid())),
			Next: "run the same command with sudo, or choose --provider docker, digitalocean, heroku or ssh",
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return fmt.Errorf("read this process's rights: %w", err)
	}
	if !mayAdminister(string(status)) {
		return &providers.Refused{
			Err:  errors.New("root has no right to mount file systems here; this looks like a container"),
			Next: "run slipway outside of the container, start the container privileged, or choose --provider docker, digitalocean, heroku or ssh",
		}
	}
	return nil
}

// mayAdminister finds CAP_SYS_ADMIN in the text of /proc/self/status.
func mayAdminister(status string) bool {
	const capSysAdmin = 21
	for line := range strings.Lines(status) {
		hex, found := strings.CutPrefix(line, "CapEff:")
		if !found {
			continue
		}
		bits, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
		return err == nil && bits&(1<<capSysAdmin) != 0
	}
	return false
}
