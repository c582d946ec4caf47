// Package buildpack writes the source of an app as Heroku takes it: the app's own files,
// and what Heroku's buildpack for Python needs and the folder lacks. The app's folder
// stays as it is.
//
// The files are made of the plan alone, and the same plan gives the same archive. What
// stands on a server in units, nginx and package release stands here in the Procfile and
// in a few scripts of Slipway's own, because the buildpack and the dynos run nothing
// else: a profile with variables, a hook of the build, what the release phase runs, and
// what makes the tables where the database is a file.
package buildpack

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/portable"
)

// Place is a dyno. Its router tells who a visitor is, and knows the app's hosts. The
// number of workers is Heroku's, in WEB_CONCURRENCY. It keeps no files.
var Place = portable.Place{Root: ".", Bind: "0.0.0.0:$PORT", Proxied: true}

// managers are files of package managers: the buildpack refuses a second one beside
// requirements.txt, and the version of Python comes from .python-version.
var managers = []string{"Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "runtime.txt"}

// source is an app that is being made ready.
type source struct {
	plan    plan.Plan
	release portable.Release
	files   map[string]string
}

// Files are the files that are added to the app's own, or stand in their place, sorted by
// their paths. A folder that has no room for one of them is a *providers.Usage.
func Files(p plan.Plan) ([]portable.File, error) {
	s := source{plan: p, release: portable.Of(p, Place), files: map[string]string{}}
	for _, f := range s.release.Files {
		s.files[f.Path] = f.Content
	}
	if p.Python != "" {
		s.files[pythonFile] = s.pythonVersion()
	}
	s.files[profileFile] = s.profile()
	if s.hasDjangoScript() {
		s.files[noCollectStatic] = ""
	}
	rest, err := s.requirements()
	if err != nil {
		return nil, err
	}
	s.buildHook(rest)
	s.scripts()
	s.files[app.Procfile] = s.procfile()
	return s.sorted()
}

// sorted are the files that the folder does not have as they are.
func (s source) sorted() ([]portable.File, error) {
	if err := s.haveRoom(); err != nil {
		return nil, err
	}
	var files []portable.File
	for path, content := range s.files {
		if own, ok := s.own(path); !ok || own != content {
			files = append(files, portable.File{Path: path, Content: content})
		}
	}
	slices.SortFunc(files, func(a, b portable.File) int { return cmp.Compare(a.Path, b.Path) })
	return files, nil
}

// own is the content of a file of the app's.
func (s source) own(path string) (string, bool) {
	content, err := s.plan.Bundle.Read(path)
	return string(content), err == nil
}

// haveRoom refuses an app in which one of the folders above a file of these is itself a
// file or a link, or in which a folder is in a file's place. It looks at each of the app's
// files once.
func (s source) haveRoom() error {
	above := map[string]string{} // a folder of these files, and a file in it
	for path := range s.files {
		for dir := parent(path); dir != ""; dir = parent(dir) {
			above[dir] = path
		}
	}
	for _, f := range s.plan.Bundle.Files {
		inItsPlace := above[f.Path]
		if _, made := s.files[f.Path]; made && f.Link != "" {
			inItsPlace = f.Path
		}
		for dir := parent(f.Path); dir != ""; dir = parent(dir) {
			if _, made := s.files[dir]; made {
				inItsPlace = dir
			}
		}
		if inItsPlace != "" {
			return plan.Usagef("give it another name, or name it in "+app.IgnoreFile, "%s is in the way of %s, which Heroku needs", f.Path, inItsPlace)
		}
	}
	return nil
}

// parent is the folder of a path; "" for one in the root.
func parent(path string) string { return path[:max(strings.LastIndexByte(path, '/'), 0)] }

// Archive writes the app's files and those of Files as a gzipped tar. The same plan gives
// the same bytes.
func Archive(p plan.Plan, w io.Writer) error {
	files, err := Files(p)
	if err != nil {
		return err
	}
	added := map[string]string{}
	for _, f := range files {
		added[f.Path] = f.Content
	}
	return p.Bundle.Without(managers...).WriteTarGzWith(w, added)
}

// Details say for people what Heroku does otherwise than a server would.
func Details(p plan.Plan) []string {
	details := slices.Clone(portable.Of(p, Place).Details)
	if p.App.TestCommand != "" {
		details = append(details, "the tests run in the release phase, without the databases of --service")
	}
	if commands := tables(p); len(commands) > 0 {
		details = append(details, fmt.Sprintf("what makes the tables (%s) runs in the release phase, and again whenever a dyno of the web starts", strings.Join(commands, "; ")))
	}
	if len(p.App.Packages) > 0 {
		details = append(details, fmt.Sprintf("the Debian packages %s are there only if Heroku's stack has them; else type: heroku buildpacks:add --index 1 heroku-community/apt", strings.Join(p.App.Packages, ", ")))
	}
	return details
}
