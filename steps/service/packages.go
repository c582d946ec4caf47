package service

import (
	_ "embed"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

var (
	//go:embed beforeinstall.sh
	beforeInstallText string
	//go:embed remove.sh
	removeText string
)

// createCluster is a drop-in of Debian's scripts for PostgreSQL.
const createCluster = "/etc/postgresql-common/createcluster.d/slipway.conf"

// masked is the list of others' units that Slipway masked.
const masked = "/var/lib/slipway/masked-units"

// Packages are the Debian packages of a plan's databases.
func Packages(p plan.Plan) []string {
	var names []string
	for _, k := range of(p) {
		names = append(names, k.packages...)
	}
	return names
}

// BeforeInstall is shell text that keeps the packages from starting databases of their own,
// where they were not installed before. Somebody else's goes on.
func BeforeInstall(p plan.Plan) string {
	var words []string
	for _, k := range of(p) {
		if k.others != "" {
			words = append(words, k.others)
		}
	}
	cluster := ""
	if slices.Contains(p.Services(), app.Postgres) && len(of(p)) > 0 {
		cluster = createCluster
	}
	if cluster == "" && len(words) == 0 {
		return ""
	}
	return shell.Script(beforeInstallText, shell.Values{"cluster": cluster, "masked": masked, "units": strings.Join(words, " ")})
}

// Remove is shell text that removes every database of Slipway's with its data. It can be
// run again.
func Remove() string {
	var units, paths []string
	for _, k := range kinds {
		units = append(units, Unit(k.name))
		paths = append(paths, folder(k.name))
	}
	return shell.Script(removeText, shell.Values{"units": strings.Join(units, " "), "slice": slice, "masked": masked},
		append(paths, createCluster, settingsFolder, layout.ServiceVariables)...)
}
