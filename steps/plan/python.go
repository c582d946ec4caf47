package plan

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"runtime"
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/cpython"
	"slipway/steps/index"
)

// subjectPython is the subject of the reason that says which Python the app runs on.
const subjectPython = "Python"

// findPython decides which Python the app runs on, and says why in the plan.
func (p *Plan) findPython(ctx context.Context, files fs.FS, asked Asked) error {
	pins, err := p.App.Pins(files)
	if err != nil {
		return err
	}
	p.PythonMirror = PythonMirror{Address: asked.Getenv("UV_PYTHON_INSTALL_MIRROR"), Table: asked.Getenv("UV_PYTHON_DOWNLOADS_JSON_URL")}
	known, unanswered := asked.Index.Files(ctx, pins)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	wish := wish{python: p.App.PythonVersion}
	if p.OnPlatform() {
		wish.platform = p.Value(KeyProvider)
	} else {
		wish.server, wish.system = p.expectedPython()
	}
	for _, r := range p.App.Reasons {
		if r.Subject == subjectPython {
			wish.source = r.Source
		}
	}
	lacking := lackingWheels(pins, known, p.machine())
	if unanswered != nil {
		p.App.Warnings = append(p.App.Warnings, fmt.Sprintf("which of the pinned packages have wheels is not known, because the package index did not answer: %v", unanswered))
	}
	chosen, err := choosePython(wish, lacking)
	if err != nil {
		return err
	}
	if p.OnPlatform() {
		p.Python, chosen.managed, chosen.minors = chosen.minor, "", nil
	}
	if chosen.managed != "" {
		if err := p.PythonMirror.check(); err != nil {
			return err
		}
	}
	p.App.ManagedPython, p.App.WheelPythons, p.App.Sdists = chosen.managed, chosen.minors, chosen.sdists
	p.App.Reasons = slices.DeleteFunc(p.App.Reasons, func(r app.Reason) bool { return r.Subject == subjectPython })
	p.App.Reasons = append(p.App.Reasons, app.Reason{Subject: subjectPython, Value: chosen.value, Source: chosen.why})
	p.App.Warnings = append(p.App.Warnings, chosen.warnings...)
	return nil
}

// expectedPython is the Python of the image that the server is made of, and its system's
// name. Both are empty for a server or an image that is the operator's own.
func (p *Plan) expectedPython() (minor, system string) {
	image := p.Value(KeyImage)
	if image == "" && p.Value(KeyProvider) != ProviderSSH {
		image = "debian-13" // every provider's default
	}
	if p.Value(KeyProvider) == ProviderSSH {
		return "", ""
	}
	return cpython.OfImage(image)
}

// machine is the server's processor, as far as it is known before there is a server.
func (p *Plan) machine() string {
	if here := p.Value(KeyProvider); (here == ProviderLocal || here == ProviderDocker) && runtime.GOARCH == "arm64" {
		return "aarch64"
	}
	return "x86_64"
}

// lack says which pinned packages have no wheel for a Python.
type lack struct {
	// on has the pins without a wheel, by the minor version of Python.
	on map[string][]app.Pin
	// never are the pins that have a wheel for no version.
	never []app.Pin
	// has are the newest minor versions for which a pin has a wheel, by index.Key.
	has map[string]string
	// last are the last minor versions on which a pin works, by index.Key, where that is
	// known.
	last map[string]string
}

// lackingWheels compares the pins with the files that are known of them. A pin of which
// nothing is known lacks nothing.
func lackingWheels(pins []app.Pin, known map[string][]index.File, machine string) lack {
	l := lack{on: map[string][]app.Pin{}, has: map[string]string{}, last: map[string]string{}}
	for _, p := range pins {
		key := index.Key(p)
		files, last := known[key], index.LastPython(p)
		if files == nil && last == "" {
			continue
		}
		if last != "" {
			l.last[key] = last
		}
		var without []string
		for _, minor := range cpython.Minors() { // the newest first
			takes := func(f index.File) bool { return f.Installs(minor, machine) }
			if l.tooNew(p, minor) || files != nil && !slices.ContainsFunc(files, takes) {
				without = append(without, minor)
				continue
			}
			l.has[key] = cmp.Or(l.has[key], minor)
		}
		for _, minor := range without {
			if p.NeededOn(minor, machine) && l.has[key] != "" {
				l.on[minor] = append(l.on[minor], p)
			}
		}
		if l.has[key] == "" && p.NeededOn(cpython.Minors()[0], machine) {
			l.never = append(l.never, p)
		}
	}
	return l
}

// tooNew tells whether a pin is known not to work on a minor version.
func (l lack) tooNew(p app.Pin, minor string) bool {
	last := l.last[index.Key(p)]
	return last != "" && cpython.Older(last, minor)
}

// wish is what is known before a Python is chosen.
type wish struct {
	// python is the specifier that the app asks for, and source where it stands.
	python, source string
	// server is the minor version of the server's own Python, and system the name of
	// its system; both are empty if the server is not known yet.
	server, system string
	// platform is the provider's name if the app runs on a platform, which has every
	// minor version.
	platform string
}

// where says where a package without a wheel is built.
func (w wish) where() string {
	if w.platform != "" {
		return "with the release"
	}
	return "on the server"
}

// pythonChoice is what choosePython decided.
type pythonChoice struct {
	// managed, minors and sdists are what app.Found keeps of it.
	managed        string
	minors, sdists []string
	// minor is the minor version of a platform.
	minor string
	// value and why say it in the plan; warnings are what a person may want to change.
	value, why string
	warnings   []string
}

// choosePython chooses among the minor versions that the app takes those for which the
// fewest pinned packages lack a wheel. If the server's own is one of them, it is the
// server's own; else the newest of them, which is brought.
func choosePython(w wish, l lack) (pythonChoice, error) {
	taken := slices.DeleteFunc(cpython.Minors(), func(minor string) bool { return !w.takes(minor) })
	if len(taken) == 0 {
		return pythonChoice{}, w.refuse()
	}
	fewest := len(l.on[taken[0]])
	for _, minor := range taken {
		fewest = min(fewest, len(l.on[minor]))
	}
	best := slices.DeleteFunc(slices.Clone(taken), func(minor string) bool { return len(l.on[minor]) > fewest })
	newest, _ := cpython.Newest(best[0])
	c := pythonChoice{}
	if len(best) < len(taken) {
		c.minors = best
	}
	minor := best[0]
	switch own := w.systemsOwn(best); {
	case w.platform != "":
		c.platform(w, l, best)
		minor = c.minor
	case w.server != "" && slices.Contains(best, w.server):
		minor, c.value, c.why = w.server, w.server+", "+w.system+"'s own", w.fits(l)
	case w.server != "":
		c.managed, c.value, c.why = newest.Version, minor+", managed", w.misses(best, l)
	case len(own) == len(cpython.OfSystems()):
		c.value, c.why = "the server's own", w.fits(l)
	case len(own) == 0:
		c.managed, c.value, c.why = newest.Version, minor+", managed", w.misses(best, l)
	default:
		c.managed, c.why = newest.Version, w.misses(best, l)
		c.value = "the server's own if it is " + strings.Join(own, " or ") + ", else " + minor + ", managed"
	}
	c.build(w, l, minor)
	return c, nil
}

// usualPython is the minor version of an app that does not mind, on a platform: that of the
// default system of servers.
var usualPython, _ = cpython.OfImage("debian-13")

// platform chooses for a platform.
func (c *pythonChoice) platform(w wish, l lack, best []string) {
	c.minor, c.why = usualPython, w.fits(l)
	if !slices.Contains(best, usualPython) {
		w.server, w.system = usualPython, "Slipway's choice"
		c.minor, c.why = best[0], strings.Replace(w.misses(best, l), ", "+w.system+" has "+usualPython, "", 1)
	}
	of := "the official image's"
	if w.platform == ProviderHeroku {
		of = "Heroku's"
	}
	c.value = c.minor + ", " + of
}

// takes tells whether the app can run on a minor version.
func (w wish) takes(minor string) bool {
	fits, err := app.PythonFits(w.python, minor)
	return err != nil || fits // a specifier that can't be understood is refused before
}

// systemsOwn are those of the minor versions that a system brings.
func (w wish) systemsOwn(minors []string) []string {
	var own []string
	for _, minor := range cpython.OfSystems() {
		if slices.Contains(minors, minor) {
			own = append(own, minor)
		}
	}
	return own
}

func (w wish) refuse() error {
	all := cpython.Minors()
	return Usagef(fmt.Sprintf("set app.python in slipway.toml to one from %s to %s that the app takes", all[len(all)-1], all[0]),
		"the app asks for Python %s (%s), which can't be had", w.python, w.source)
}

// fits says why the server's own Python does.
func (w wish) fits(l lack) string {
	switch {
	case w.python != "":
		return w.source + " asks for " + w.python
	case len(l.has) > 0:
		return "the pinned packages have wheels for it"
	}
	return "the app asks for none"
}

// misses says why the server's own Python is not among the best versions.
func (w wish) misses(best []string, l lack) string {
	servers := cpython.OfSystems()
	if w.server != "" {
		servers = []string{w.server}
	}
	for _, server := range servers {
		if slices.Contains(best, server) {
			continue
		}
		if !w.takes(server) {
			why := w.source + " asks for " + w.python
			if w.server != "" {
				why += ", " + w.system + " has " + server
			}
			return why
		}
		// One that the chosen version has is the reason, not one that no version has.
		for _, p := range l.on[server] {
			if !slices.ContainsFunc(l.on[best[0]], func(other app.Pin) bool { return index.Key(other) == index.Key(p) }) {
				if l.tooNew(p, server) {
					return fmt.Sprintf("%s does not work on %s; on %s it does", p, server, best[0])
				}
				return fmt.Sprintf("%s has no wheel for %s; %s has", p, server, best[0])
			}
		}
	}
	return "more of the pinned packages have wheels for it"
}

// build says which packages are built, for want of a wheel.
func (c *pythonChoice) build(w wish, l lack, minor string) {
	for _, p := range l.never {
		c.sdists = append(c.sdists, p.Name)
		c.warnings = append(c.warnings, fmt.Sprintf("%s has no wheel for a Python that can be had, so it is built %s", p, w.where()))
	}
	for _, p := range l.on[minor] {
		if l.tooNew(p, minor) {
			c.warnings = append(c.warnings, fmt.Sprintf("%s does not work on Python newer than %s, and the app gets %s", p, l.last[index.Key(p)], minor))
			continue
		}
		c.sdists = append(c.sdists, p.Name)
		but := fmt.Sprintf("%s has one", l.has[index.Key(p)])
		if has := l.has[index.Key(p)]; w.python != "" && !w.takes(has) {
			but += fmt.Sprintf(", but %s asks for %s", w.source, w.python)
		}
		c.warnings = append(c.warnings, fmt.Sprintf("%s has no wheel for Python %s, so it is built %s; %s", p, minor, w.where(), but))
	}
	slices.Sort(c.sdists)
	c.sdists = slices.Compact(c.sdists)
}

// PythonMirror is where the archives of managed Pythons come from, by the variables of
// uv; uv's own place if both are empty.
type PythonMirror struct {
	// Address is that of a mirror (UV_PYTHON_INSTALL_MIRROR): https, http or file.
	Address string
	// Table is the address or path of a table of downloads (UV_PYTHON_DOWNLOADS_JSON_URL).
	Table string
}

// check refuses an address that is none. It may hold a password, so it is not shown.
func (m PythonMirror) check() error {
	u, err := url.Parse(m.Address)
	if m.Address == "" || err == nil && slices.Contains([]string{"https", "http", "file"}, u.Scheme) {
		return nil
	}
	return Usagef("write it like https://mirror.example.com/python or file:///srv/python", "UV_PYTHON_INSTALL_MIRROR is not an address")
}
