package image

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/steps/portable"
	"slipway/steps/shell"
)

// stepsOfTheirOwn is why the Dockerfile has several RUN in a row.
var stepsOfTheirOwn = []string{"# Each step has a RUN of its own, so that a failure names it.", "# hadolint global ignore=DL3059"}

// twoRuns is a RUN right behind another one, with comments between.
var twoRuns = regexp.MustCompile(`(?m)^RUN (?:.*\\\n)*.*\n(?:\n|#.*\n)*RUN `)

// dockerfile is the Dockerfile's text.
func (b *build) dockerfile() (string, error) {
	var parts []string
	for _, part := range []func() ([]string, error){b.head, b.installing, b.building, b.running} {
		lines, err := part()
		if err != nil {
			return "", err
		}
		parts = append(parts, shell.Lines(lines...))
	}
	text := strings.Join(parts, "\n\n") + "\n"
	if twoRuns.MatchString(text) {
		text = shell.Lines(slices.Concat(headLines, stepsOfTheirOwn)...) + "\n" + strings.TrimPrefix(text, shell.Lines(headLines...)+"\n")
	}
	return text, nil
}

var headLines = []string{"# Written by slipway eject docker. It is yours to change: Slipway does not read it."}

// aptLines installs Debian packages. why is the comment before it.
func aptLines(why string, packages ...string) []string {
	return []string{
		"", "# " + why + " Debian has one version of each, the newest that is safe, so none is pinned.", "# hadolint ignore=DL3008",
		runLine("apt-get update", "apt-get install --yes --no-install-recommends "+shell.Command(packages...), "rm -rf /var/lib/apt/lists/*"),
	}
}

// head is what both stages begin with.
func (b *build) head() ([]string, error) {
	lines := append(slices.Clone(headLines), "FROM "+b.python()+" AS base")
	if packages := b.plan.App.Packages; len(packages) > 0 {
		lines = append(lines, aptLines("What the app needs of Debian.", packages...)...)
	}
	return lines, nil
}

// forBuild are the Debian packages of the stage that builds. The image's Python has its own
// headers.
func (b *build) forBuild() []string {
	return slices.DeleteFunc(b.plan.App.ForBuild(), func(name string) bool { return name == "python3-dev" })
}

// installing is the stage that builds, up to the packages.
func (b *build) installing() ([]string, error) {
	lines := []string{"FROM base AS build"}
	if packages := b.forBuild(); len(packages) > 0 {
		lines = append(lines, aptLines("What has to be compiled is compiled here: the last stage has no compiler.", packages...)...)
	}
	if b.plan.App.NeedsNode() {
		lines = append(lines, aptLines("The build of the front end.", "nodejs", "npm")...)
	}
	lines = append(lines, "", tools(), "",
		`ENV PATH="`+environment+`/bin:/opt/uv/bin:$PATH" \`, `    SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt" \`,
		`    UV_COMPILE_BYTECODE="1" \`, `    UV_LINK_MODE="copy" \`, `    UV_NO_CONFIG="1" \`, `    UV_NO_PROGRESS="1" \`,
		`    UV_PROJECT_ENVIRONMENT="`+environment+`" \`, `    UV_PYTHON="python3" \`)
	if b.options.CacheMounts {
		lines = append(lines, `    UV_CACHE_DIR="/root/.cache/uv" \`)
	} else {
		lines = append(lines, `    UV_NO_CACHE="1" \`)
	}
	lines = append(lines, `    UV_PYTHON_DOWNLOADS="never"`, "", "WORKDIR "+Root)
	if b.needsSource() {
		lines = append(lines, "# The packages are installed from the source, or of files with unusual names.")
		lines = append(lines, b.copySource()...)
		for _, text := range b.texts {
			if text.Other {
				lines = append(lines, "RUN "+shell.Command("cp", texts+text.Path, text.Path))
			}
		}
	} else {
		lines = append(lines, "# The packages are a layer of their own, which stays as long as these files do.")
		if req := b.plan.App.Requirements; req.Locked && !b.fromUVLock() {
			lines = append(lines, "# This file has what the app needs of "+path.Base(req.Source)+". slipway eject docker --force writes it anew.")
		}
		lines = append(lines, b.copyManifests()...)
	}
	if install := b.installLines(); len(install) > 0 {
		lines = append(lines, b.mounting(runLine(install...), "/root/.cache/uv"))
	}
	if len(b.forBuild()) > 0 {
		lines = append(lines, librariesLines...)
	}
	return lines, nil
}

// librariesLines note what the last stage needs for what was compiled.
var librariesLines = []string{
	"", "# The Debian packages of the libraries that compiled modules link to. A module that links to none is no error, so",
	"# the status of the last program counts.", "# hadolint ignore=DL4006",
	"RUN find " + environment + ` -name '*.so*' -exec ldd '{}' ';' 2>/dev/null \`,
	` | awk '$2 == "=>" && $3 ~ "^/(usr/)?lib/" { sub("^/(usr/)?", "*/", $3); print $3 }' | sort -u \`,
	` | xargs -r dpkg-query --search | sed 's/:.*//' | sort -u >/opt/libraries`,
}

// mounting gives a RUN a cache that outlives the build, where that goes.
func (b *build) mounting(run, folder string) string {
	rest, ok := strings.CutPrefix(run, "RUN ")
	if !ok || !b.options.CacheMounts {
		return run
	}
	return "RUN --mount=type=cache,target=" + folder + " " + rest
}

// copySource copies the app's files, which everybody in the container may read and nobody
// but root may change.
func (b *build) copySource() []string {
	return []string{"COPY . ./", "RUN chmod -R u=rwX,go=rX ."}
}

// building is the rest of that stage: the source, what is kept, and what is built of it.
func (b *build) building() ([]string, error) {
	var lines []string
	if !b.needsSource() {
		lines = append(lines, b.copySource()...)
	}
	if line := b.projectLine(); line != "" {
		lines = append(lines, b.mounting("RUN "+line, "/root/.cache/uv"))
	}
	if kept := b.keepLines(); len(kept) > 0 {
		lines = append(lines, "", "# What the app keeps lies in volumes. They begin with what the source has there.", runLine(kept...))
	}
	if b.plan.App.Build != "" {
		lines = append(lines, b.buildLines()...)
	}
	return lines, nil
}

// keepLines put aside what the source has where a volume will be.
func (b *build) keepLines() []string {
	var lines []string
	for _, v := range b.release.Volumes {
		if v.Kept.Path == "" || v.Kept.Outside() {
			continue
		}
		place := "./" + v.Kept.Path
		if v.File == "" {
			if b.seeded(v.Kept.Path) {
				lines = append(lines, shell.Command("mkdir", "-p", seeds+path.Dir(v.Path)), shell.Command("cp", "-a", place, seeds+v.Path))
			}
			continue
		}
		if folder := path.Dir(v.Kept.Path); folder != "." {
			lines = append(lines, shell.Command("mkdir", "-p", "./"+folder))
		}
		if b.seeded(v.Kept.Path) {
			lines = append(lines, shell.Command("mkdir", "-p", v.Path, seeds+v.Path), shell.Command("cp", "-a", place, seeds+v.File), shell.Command("mv", place, v.File))
		}
		lines = append(lines, shell.Command("ln", "-s", v.File, place))
	}
	return lines
}

// buildLines run the app's build command. Its words are the app's own, so they are given
// to sh without anything between.
func (b *build) buildLines() []string {
	env := []string{"/usr/bin/env", "HOME=/root", "STATE_DIRECTORY=/tmp"}
	set := map[string]bool{"HOME": true, "STATE_DIRECTORY": true}
	for _, v := range b.release.Variables {
		if !set[v.Name] {
			set[v.Name] = true
			env = append(env, v.Name+"="+v.Value)
		}
	}
	lines := []string{""}
	var needs []string
	for _, need := range b.plan.App.Needs {
		if !set[need.Name] {
			set[need.Name] = true
			needs = append(needs, need.Name+"="+standIn(need.Name))
		}
	}
	if len(needs) > 0 {
		lines = append(lines, "# The app can't be loaded without these variables. Their true values are not for an image.")
	}
	run := "RUN " + words(slices.Concat(env, needs, []string{"/bin/sh", "-c", b.plan.App.Build})...)
	if b.plan.App.NeedsNode() {
		run = b.mounting(run, "/root/.npm")
	}
	lines = append(lines, run)
	var kept []string
	for _, v := range b.release.Volumes {
		if v.File == "" && v.Kept.Path != "" && !v.Kept.Outside() {
			kept = append(kept, "./"+v.Kept.Path)
		}
	}
	if len(kept) > 0 {
		lines = append(lines, "# What the build wrote among the app's data is no part of it.", "RUN "+shell.Command(append([]string{"rm", "-rf"}, kept...)...))
	}
	return lines
}

// standIn is a value with which an app can be loaded that needs the variable.
func standIn(name string) string {
	switch {
	case strings.Contains(name, "REDIS") || strings.Contains(name, "BROKER"):
		return "redis://127.0.0.1:6379/0"
	case strings.Contains(name, "DATABASE") || strings.HasSuffix(name, "DB_URL") || strings.HasSuffix(name, "_URI"):
		return "sqlite:////tmp/build.sqlite3"
	case strings.HasSuffix(name, "_URL"):
		return "http://127.0.0.1"
	case strings.Contains(name, "SECRET") || strings.Contains(name, "KEY") || strings.Contains(name, "TOKEN"):
		return "only-for-the-build-of-this-image"
	}
	return "1"
}

// running is the last stage, which is the image.
func (b *build) running() ([]string, error) {
	lines := []string{"FROM base"}
	if len(b.forBuild()) > 0 {
		lines = append(lines, "COPY --from=build /opt/libraries /opt/libraries", "# hadolint ignore=DL3008",
			runLine("apt-get update", "xargs -r -a /opt/libraries apt-get install --yes --no-install-recommends", "rm -rf /var/lib/apt/lists/*"))
	}
	lines = append(lines, runLine("groupadd --gid "+UserID+" "+User,
		"useradd --uid "+UserID+" --gid "+User+" --no-log-init --no-create-home --home-dir "+portable.StateFolder+" --shell /usr/sbin/nologin "+User))
	env := []string{`ENV PATH="` + environment + `/bin:$PATH"`}
	for _, v := range slices.Concat([]portable.Variable{{Name: "PORT", Value: Port}, {Name: "PYTHONDONTWRITEBYTECODE", Value: "1"},
		{Name: "XDG_RUNTIME_DIR", Value: "/tmp"}}, b.release.Variables) {
		text, err := variable(v.Name, v.Value)
		if err != nil {
			return nil, err
		}
		env = append(env, text)
	}
	lines = append(lines, strings.Join(env, " \\\n    "), "WORKDIR "+Root,
		"COPY --from=build "+environment+" "+environment, "COPY --from=build "+Root+" "+Root)
	folders := []string{"install", "-d", "-o", User, "-g", User, "-m", "750"}
	for _, v := range b.release.Volumes {
		if v.Kept.Path != "" && !v.Kept.Outside() && b.seeded(v.Kept.Path) {
			lines = append(lines, "COPY --from=build --chown="+UserID+":"+UserID+" "+copyWords(seeds+v.Path, v.Path))
		}
		folders = append(folders, v.Path)
	}
	lines = append(lines, "RUN "+shell.Command(folders...), "", "USER "+UserID+":"+UserID, "EXPOSE "+Port)
	labels, err := b.labels()
	if err != nil {
		return nil, err
	}
	return append(lines, labels, b.healthCheck(), "CMD "+words(b.release.Words...)), nil
}

func (b *build) labels() (string, error) {
	title, err := variable("org.opencontainers.image.title", b.plan.Name)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("LABEL %s \\\n    org.opencontainers.image.base.name=\"docker.io/library/%s\"", title, b.python()), nil
}

// healthCheck asks the app as a visitor on this computer does. It follows no redirect.
func (b *build) healthCheck() string {
	h := b.plan.Health()
	return fmt.Sprintf("HEALTHCHECK --interval=5s --timeout=5s --start-period=%ds --retries=3 \\\n    CMD %s", h.Seconds, words("python3", "-I", "-S", "-c", healthProgram(h)))
}

// healthProgram is Python that ends with 0 if the app answers as a healthy one does.
func healthProgram(h plan.Health) string {
	wrong := ">= 500"
	if h.Status != 0 {
		wrong = "!= " + strconv.Itoa(h.Status)
	}
	return "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); " +
		"c.request('GET', " + app.PythonString(h.Path) + ", headers={'Host': 'localhost'}); sys.exit(c.getresponse().status " + wrong + ")"
}
