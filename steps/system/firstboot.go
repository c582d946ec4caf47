package system

import (
	_ "embed"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/service"
	"slipway/steps/shell"
)

var (
	//go:embed firstboot.sh
	firstBootText string
	//go:embed firstbootend.sh
	firstBootEndText string
	//go:embed installed.sh
	installedText string
)

// Where the first boot keeps what it fetches, and what it prints.
const (
	firstBootFolder = "/var/cache/slipway-first-boot"
	firstBootLog    = "/var/lib/slipway/jobs/first-boot.log"
)

// firstBoot is the shell text that begins to install the packages at a new server's first
// boot. Which it needs depends on the system, which only the server knows.
func firstBoot(p plan.Plan) string {
	var lists []string
	for _, s := range fact.Supported() {
		for _, kind := range []struct {
			word string
			is   bool
		}{{"no", false}, {"yes", true}} {
			s.Container = kind.is
			wanted, _ := PackageNames(fact.View{Plan: p, System: s})
			lists = append(lists, s.ID+" "+s.Version+" "+kind.word+": "+strings.Join(wanted, " "))
		}
	}
	return shell.Lines(
		shell.AptFunctions(),
		shell.Script(installedText, nil),
		"before_install() (", ":", service.BeforeInstall(p), ")",
		shell.Script(firstBootText, shell.Values{"lists": strings.Join(lists, "\n"), "folder": firstBootFolder, "log": firstBootLog}),
	)
}

// endFirstBoot is the shell text that waits for what the first boot began, and ends the
// shell if that was all of the packages.
func endFirstBoot(names []string) string {
	return shell.Lines(
		shell.Script(installedText, nil),
		shell.Script(firstBootEndText, shell.Values{"script": fact.FirstBootScript, "unit": fact.FirstBootUnit, "folder": firstBootFolder, "log": firstBootLog, "late": shell.AptLate, "unpacking": shell.AptUnpacking}, names...))
}
