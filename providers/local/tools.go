package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"slipway/providers"
)

// tool is a Debian package that this computer needs. It counts as installed if one
// of its files exists: that is faster than asking dpkg.
type tool struct {
	pkg string
	// files are the paths at which the file may be; one of them is enough.
	files []string
	// why is what the tool does, for people.
	why string
}

// installLimit is how long the installation of the tools may take.
const installLimit = 20 * time.Minute

// tools is all packages that the engine needs, as a resource.
type tools struct {
	engine engine
	image  string
}

// Kind is "tools".
func (t *tools) Kind() string { return "tools" }

// Title is what people read.
func (t *tools) Title() string { return "the tools for machines on this computer" }

// Phase is PhaseImage: the tools are installed once for each computer.
func (t *tools) Phase() providers.Phase { return providers.PhaseImage }

// Look names each package that is missing.
func (t *tools) Look(context.Context, time.Time) (providers.Finding, error) {
	var changes []providers.Change
	for _, m := range missing(t.engine.tools(t.image), exists) {
		changes = append(changes, providers.Change{What: "install the Debian package " + m.pkg + " on this computer", Why: m.why})
	}
	return providers.Finding{Holds: len(changes) == 0, Changes: changes}, nil
}

// Make installs the packages that are missing, with apt-get.
func (t *tools) Make(ctx context.Context, report func(line string)) error {
	absent := missing(t.engine.tools(t.image), exists)
	if len(absent) == 0 {
		return nil
	}
	if !exists(aptGet) {
		return noApt(absent)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, installLimit, fmt.Errorf("it took longer than %v", installLimit))
	defer cancel()
	for _, argv := range aptCommands(absent) {
		report(strings.Join(argv, " "))
		err := runApt(ctx, argv, report)
		if errors.Is(err, context.Canceled) {
			return err
		}
		if err != nil {
			return &providers.Failed{
				Err:  fmt.Errorf("install %s: %w", packages(absent), err),
				Next: "run `" + strings.Join(argv, " ") + "` and correct what it reports, then run the same command again",
			}
		}
	}
	return nil
}

// noApt is the refusal of a computer where the tools can't be installed.
func noApt(absent []tool) error {
	return &providers.Refused{
		Err:  fmt.Errorf("this computer lacks %s and has no apt-get to install it with", packages(absent)),
		Next: "install it yourself, or run slipway on Debian or Ubuntu, or choose --provider docker, digitalocean, heroku or ssh",
	}
}

// missing returns the tools of which no file exists.
func missing(all []tool, exists func(path string) bool) []tool {
	var absent []tool
	for _, t := range all {
		if !slices.ContainsFunc(t.files, exists) {
			absent = append(absent, t)
		}
	}
	return absent
}

func packages(list []tool) string {
	var names []string
	for _, t := range list {
		names = append(names, t.pkg)
	}
	return strings.Join(names, ", ")
}

// aptGet is the only installer that Make can use.
const aptGet = "/usr/bin/apt-get"

// aptCommands are the commands that install the tools. They wait for another
// installation to end, such as unattended upgrades after a boot.
func aptCommands(list []tool) [][]string {
	apt := []string{aptGet, "-q", "-o", "DPkg::Lock::Timeout=300"}
	install := append(slices.Clone(apt), "-y", "--no-install-recommends", "install")
	for _, t := range list {
		install = append(install, t.pkg)
	}
	return [][]string{append(slices.Clone(apt), "update"), install}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
