package app

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// djangoScript is the name of the file that runs a Django project's commands.
const djangoScript = "manage.py"

// files decides what is built in a new release, and which files are served without
// the app: what slipway.toml says, else what Django's settings say.
func (d *detection) files() error {
	s := d.settings
	d.found.Build, d.found.BuildFolders, d.found.Static = s.Build, s.BuildFolders, s.Static
	if s.Build != "" {
		d.found.because("build command", s.Build, SettingsFile)
	}
	for _, url := range slices.Sorted(maps.Keys(s.Static)) {
		d.found.because("static files", url+" from "+s.Static[url], SettingsFile)
	}
	if d.found.Framework == Django || d.runsDjango() {
		d.django()
	}
	d.buildFrontEnds()
	return nil
}

// runsDjango tells a Django project whose web command does not name the app.
func (d *detection) runsDjango() bool { return d.entry == nil && d.djangoScript() != nil }

// djangoScript is the project's manage.py, or nil if there is none, or several.
func (d *detection) djangoScript() *module {
	var found *module
	for _, p := range d.src.paths {
		if path.Base(p) != djangoScript || neverServed(p) {
			continue
		}
		if found != nil {
			return nil
		}
		found = d.src.modules[p]
	}
	return found
}

func (d *detection) django() {
	p := d.project()
	d.served = p
	if !p.given {
		d.found.SettingsModule = p.module
	}
	d.staticFiles(p)
	if m, b, ok := p.setting("SECRET_KEY"); ok && len(b.value) == 1 && b.value[0].kind == tokenString {
		d.found.warn(fmt.Sprintf("%s line %d has the SECRET_KEY in the source: read it from a variable and give that with --env-file", m.path, b.line))
	}
}

// staticFiles lets Django collect its static files, and nginx serve them unless
// whitenoise does.
func (d *detection) staticFiles(p *project) {
	if d.found.Build != "" || p.script == nil || !p.mentions("django.contrib.staticfiles") {
		return
	}
	m, b, ok := p.setting("STATIC_ROOT")
	folder, from := "", ""
	switch {
	case m == nil:
		if folder, from = d.overlayStatic(p, "no STATIC_ROOT in "+p.settings[0].path); folder == "" {
			d.found.warn("Django's static files are not served: set STATIC_ROOT = BASE_DIR / \"staticfiles\" in its settings, or use whitenoise")
			return
		}
	case ok:
		folder, from = d.folderNamed(m, b.value), fmt.Sprintf("STATIC_ROOT in %s line %d", m.path, b.line)
		if b.conditional && folder != "" && d.overlayRefused(p) == "" {
			d.found.Overlay.Module, d.found.Overlay.StaticRoot = p.module, folder
		}
	}
	if folder == "" {
		folder, from = d.overlayStatic(p, fmt.Sprintf("STATIC_ROOT in %s line %d is no folder of the app's", m.path, b.line))
	}
	if folder == "" {
		d.found.warn(fmt.Sprintf("slipway can't find out which folder %s line %d names (STATIC_ROOT), so static files are not collected: "+
			"set app.build, app.build-folders and app.static in %s", m.path, b.line, SettingsFile))
		return
	}
	d.found.Build = "python " + shellWord(p.script.path) + " collectstatic --noinput"
	d.found.because("build command", d.found.Build, from)
	if !slices.Contains(d.found.BuildFolders, folder) {
		d.found.BuildFolders = append(slices.Clone(d.found.BuildFolders), folder)
	}
	if len(d.found.Static) > 0 || p.mentions("whitenoise.middleware.WhiteNoiseMiddleware") {
		return
	}
	if url := p.staticURL(); url != "" {
		d.found.Static = map[string]string{url: folder}
		d.found.because("static files", url+" from "+folder, from)
	}
}

// staticURL is the URL path of Django's static files; empty if they are on another
// host.
func (p *project) staticURL() string {
	_, b, ok := p.setting("STATIC_URL")
	if !ok || len(b.value) != 1 || b.value[0].kind != tokenString {
		return ""
	}
	url := "/" + strings.TrimPrefix(b.value[0].text, "/")
	if !staticPath.MatchString(url) {
		return ""
	}
	return url
}
