package release

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed settlesource.sh
var settleSourceText string

// sourceCopy is the copy of the source from which an environment's local packages are
// built. Those that are installed in place, by -e, are imported from it.
func sourceCopy(v fact.View) string { return venvOf(v) + "/source" }

// needsCopy tells whether the packages are installed from a copy of the source.
func needsCopy(v fact.View) bool {
	return v.Plan.App.Requirements.Local() || len(v.Plan.App.Requirements.Rewritten) > 0
}

// installFolder is the folder in which uv and pip run.
func installFolder(v fact.View) string {
	if needsCopy(v) {
		return sourceCopy(v)
	}
	return layout.Of(v.Plan.ServerName()).Source(v.Plan.Release)
}

// WithoutRepository are the variables, each "NAME=value", by which builds that take a project's version from
// its repository take another one: the repository is not on the server.
var WithoutRepository = []string{
	"SETUPTOOLS_SCM_PRETEND_VERSION=0", "PBR_VERSION=0", "PDM_BUILD_SCM_VERSION=0", "POETRY_DYNAMIC_VERSIONING_BYPASS=0",
}

// Programs for a shell of the builder's.
const (
	// copyTree copies the tree $1 to $2, closed to others.
	copyTree = `cp -rT --preserve=mode,timestamps,links -- "$1" "$2" && chmod -R u=rwX,go= -- "$2"`
	// replaceFile has the file $1 be what is on standard input.
	replaceFile = `rm -f -- "$1" && cat >"$1"`
)

// sourceFunctions are the shell functions that make the copy of the source, have it as
// it stays, and add the app's own projects to a command line. The copy is as secret as
// the source. The builder makes it, because a build may write there.
func sourceFunctions(v fact.View) string {
	req, l, folder := v.Plan.App.Requirements, layout.Of(v.Plan.ServerName()), sourceCopy(v)
	copied, settled, projects := ":", ":", ":"
	if needsCopy(v) {
		confined := func(program string, words ...string) string {
			return shell.Command(append([]string{"confined", "--property=ReadWritePaths=" + venvOf(v), "--", "/bin/sh", "-c", literal(program), "sh"}, words...)...)
		}
		copied = confined(copyTree, l.Source(v.Plan.Release), folder)
		for _, path := range slices.Sorted(maps.Keys(req.Rewritten)) {
			copied += " &&\n" + shell.Command("printf", "%s", req.Rewritten[path]) + " | " + confined(replaceFile, literal(folder+"/"+path))
		}
		settled = shell.Script(settleSourceText, shell.Values{"copy": folder, "user": l.User})
		if !req.Local() {
			settled = shell.Command("rm", "-rf", folder)
		}
	}
	if len(req.Projects) > 0 {
		projects = "project_property=" + shell.Quote("--property=Environment="+strings.Join(WithoutRepository, " ")) + "\n" + `"$@"`
		for _, project := range req.Projects {
			projects += " -e " + shell.Quote(literal("./"+project))
		}
	}
	return shell.Lines("copy_source() {", copied, "}", "settle_source() {", settled, "}", "with_projects() (", projects, ")")
}
