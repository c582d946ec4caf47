package cause

import (
	"fmt"
	"strings"

	"slipway/steps/app"
)

// imports are ways in which code can't be loaded.
var imports = []form{
	{line: line(`(?:cannot import name '(\w+)' from partially initialized module '([\w.]+)'|partially initialized module '([\w.]+)' (?:from .* )?has no attribute '(\w+)')`), more: circular},
	{line: line("`BaseSettings` has been moved to the `pydantic-settings` package|cannot import name '\\w+' from 'pydantic\\.\\w+'"), more: pin("pydantic<2", "pydantic")},
	{line: line(`cannot import name '(?:escape|Markup|contextfunction|environmentfilter|contextfilter|evalcontextfilter)' from 'jinja2`), more: pin("Jinja2<3.1", "Jinja2")},
	{line: line(`cannot import name 'soft_unicode' from 'markupsafe`), more: pin("MarkupSafe<2.1", "MarkupSafe")},
	{line: line(`cannot import name 'safe_str_cmp' from 'werkzeug`), more: pin("Werkzeug<2.1", "Werkzeug")},
	{line: line(`cannot import name '\w+' from 'werkzeug|module 'werkzeug' has no attribute '__version__'`), more: pin("Werkzeug<3", "Werkzeug")},
	{line: line(`cannot import name '(?:json|TimedJSONWebSignatureSerializer|JSONWebSignatureSerializer)' from 'itsdangerous'`), more: pin("itsdangerous<2.1", "itsdangerous")},
	{line: line(`cannot import name '(?:_request_ctx_stack|_app_ctx_stack|Markup|escape|JSONEncoder|json_available)' from 'flask|'Flask' object has no attribute '(?:before_first_request|json_encoder)'`), more: pin("Flask<2.3", "Flask")},
	{line: line(`cannot import name '(?:ugettext|ugettext_lazy|ugettext_noop|force_text|smart_text|is_safe_url|url|urlquote|python_2_unicode_compatible|NullBooleanField)' from 'django`), more: pin("Django<4", "Django")},
	{line: line(`cannot import name '\w+' from 'collections'|module 'collections' has no attribute`), next: `this is older than Python 3.10: newer versions of the packages know it, or write ` + inApp(`python = "3.9"`)},
	{line: line(`module 'pkgutil' has no attribute 'ImpImporter'`), next: "this is older than Python 3.12: newer versions of the packages know it, or write " + inApp(`python = "3.11"`)},
	{line: line(`module 'inspect' has no attribute 'getargspec'|module 'configparser' has no attribute 'SafeConfigParser'|module 'asyncio' has no attribute 'coroutine'`), next: "this is older than Python 3.11: newer versions of the packages know it, or write " + inApp(`python = "3.10"`)},
	{line: line(`compiled using NumPy 1\.x|numpy\.dtype size changed|was removed in the NumPy 2\.0|_ARRAY_API not found`), more: pin("numpy<2", "numpy")},
	{line: line(`module 'numpy' has no attribute '(?:int|float|bool|object|str|complex)'`), more: pin("numpy<1.24", "numpy")},
	{line: line(`unexpected keyword argument 'proxies'`), more: pin("httpx<0.28", "httpx")},
	{line: line(`'Engine' object has no attribute 'execute'|cannot import name '\w+' from 'sqlalchemy`), more: pin("SQLAlchemy<2", "SQLAlchemy")},
	{line: line(`unhashable type: 'dict'|TemplateResponse\(\) (?:missing|got)`), more: oldTemplateResponse},
	{line: line(`(?:Starlette|Router)\.__init__\(\) got an unexpected keyword argument 'on_(?:startup|shutdown)'|'(?:Starlette|Router)' object has no attribute '(?:on_event|add_event_handler|exception_handler|middleware|route|websocket_route)'`), more: pin("starlette<1", "starlette")},
	{line: line(`No module named '?([\w.]+)'?`), more: module},
	{line: line(`class uri '[^']*(gevent|eventlet|tornado)[^']*' invalid|(gevent|eventlet|tornado) worker requires|You need (gevent|eventlet|tornado)`), more: workerClass},
	{line: line(`(?i)["'\x60]?([a-z][\w-]+)["'\x60]? (?:to be installed|is not installed|must be installed)|please install (?:the )?["'\x60]([a-z][\w-]+)["'\x60]`), more: uninstalled},
	{line: line(`cannot import name '(\w+)' from '([\w.]+)'`), more: noName},
	{line: line(`^(?:SyntaxError|TabError|IndentationError)\b(.*)`), more: syntax},
}

// circular is two modules that import each other.
func circular(e evidence, at []string) (Remedy, bool) {
	other := at[2] + at[3]
	return then(fmt.Sprintf("%s and %s import each other: move what both need to a third module, or import it inside the function that uses it", e.here("the module"), other))
}

// here is the file of the app's own code that was being run, or other words for it.
func (e evidence) here(other string) string {
	if e.File == "" {
		return other
	}
	return e.File
}

var templateResponse = line(`TemplateResponse\(`)

// oldTemplateResponse is TemplateResponse(name, {"request": request}), which Starlette 1
// takes no more: the context stands where the name is then.
func oldTemplateResponse(e evidence, at []string) (Remedy, bool) {
	if !e.says(templateResponse) {
		return Remedy{}, false
	}
	r, ok := pin("starlette<1", "starlette")(e, at)
	r.Next += ", or write TemplateResponse(request, NAME, CONTEXT) in " + e.here("the code")
	return r, ok
}

// pin is a remedy for code that is older than the packages that it gets.
func pin(requirement, distribution string) func(evidence, []string) (Remedy, bool) {
	return func(e evidence, _ []string) (Remedy, bool) {
		at := e.app.place(distribution)
		if strings.Contains(at, " line ") {
			return then(fmt.Sprintf("the code is older than the %s that it gets: change %s to %s", distribution, at, requirement))
		}
		return then(fmt.Sprintf("the code is older than the %s that it gets: %s", distribution, e.app.adding(requirement)))
	}
}

// gone are modules that Python no longer has, each with the last version that has it
// and what can be installed instead.
var gone = map[string][2]string{
	"distutils": {"3.11", "setuptools"}, "imp": {"3.11", ""}, "asynchat": {"3.11", "pyasynchat"}, "asyncore": {"3.11", "pyasyncore"}, "smtpd": {"3.11", ""},
	"cgi": {"3.12", "legacy-cgi"}, "cgitb": {"3.12", "legacy-cgi"}, "telnetlib": {"3.12", "standard-telnetlib"}, "crypt": {"3.12", "legacycrypt"},
	"imghdr": {"3.12", "standard-imghdr"}, "sndhdr": {"3.12", "standard-sndhdr"}, "audioop": {"3.12", "audioop-lts"}, "pipes": {"3.12", "standard-pipes"},
	"nntplib": {"3.12", "standard-nntplib"}, "uu": {"3.12", "standard-uu"}, "xdrlib": {"3.12", "standard-xdrlib"}, "lib2to3": {"3.12", ""},
	"formatter": {"3.9", ""}, "parser": {"3.9", ""}, "symbol": {"3.9", ""},
}

// module is a module that can't be found: Python has it no more, it was not uploaded,
// or its package is not installed.
func module(e evidence, at []string) (Remedy, bool) {
	name, _, _ := strings.Cut(at[1], ".")
	if old, ok := gone[name]; ok {
		next := "Python has " + name + " up to " + old[0] + ": write " + inApp(fmt.Sprintf("python = %q", old[0]))
		if old[1] != "" {
			next += ", or " + e.app.adding(old[1])
		}
		return then(next)
	}
	if name == "pkg_resources" {
		return then(e.app.adding("setuptools<81"))
	}
	for _, own := range []string{name, name + ".py"} {
		switch {
		case !e.app.has(own):
		case e.app.isLeftOut(own):
			return then(fmt.Sprintf("%s is in the app's folder and does not go up: git or .slipwayignore ignores it; add the line !%s to .slipwayignore", own, own))
		case strings.Contains(at[1], "."):
			return then(fmt.Sprintf("%s has no module %s: it may be ignored by git (git check-ignore -v), or its name is written otherwise", own, at[1]))
		}
	}
	if distribution, ok := app.DistributionOf(at[1]); ok {
		return then(e.app.adding(distribution))
	}
	if distribution, ok := pythonPrograms[name]; ok {
		return then(e.app.adding(distribution))
	}
	if e.File == "" {
		return then(fmt.Sprintf("no file of the app is %s: correct the module's name in the Procfile or in wsgi, asgi or command under [app] in slipway.toml", strings.ReplaceAll(at[1], ".", "/")+".py"))
	}
	return then(fmt.Sprintf("if %s comes from a package, %s; if it is the app's own, it was not uploaded: see that git does not ignore it", name, e.app.adding("NAME-OF-THE-PACKAGE")))
}

func workerClass(e evidence, at []string) (Remedy, bool) {
	return then(e.app.adding(at[1]+at[2]+at[3]) + ", which the worker class needs")
}

func uninstalled(e evidence, at []string) (Remedy, bool) {
	name := at[1] + at[2]
	if known, ok := app.DistributionOf(name); ok {
		name = known
	}
	return then(e.app.adding(name))
}

func noName(e evidence, at []string) (Remedy, bool) {
	top, _, _ := strings.Cut(at[2], ".")
	if e.app.has(top) || e.app.has(top+".py") {
		return then(fmt.Sprintf("%s has no %s: correct the import in %s", at[2], at[1], e.here("the code")))
	}
	distribution := top
	if known, ok := app.DistributionOf(at[2]); ok {
		distribution = known
	}
	return then(fmt.Sprintf("the installed %s has no %s: pin the version that the code was written for, in %s", distribution, at[1], e.app.place(distribution)))
}

// syntax is code that the server's Python can't read.
func syntax(e evidence, at []string) (Remedy, bool) {
	if strings.Contains(at[1], "Missing parentheses in call to") || strings.Contains(at[1], "multiple exception types must be parenthesized") {
		file := e.here("FILE")
		if !typedName.MatchString(file) {
			file = "FILE"
		}
		return then(fmt.Sprintf("this is Python 2, which no server has any more: convert it, 2to3 -w %s does most of it", file))
	}
	return then("correct that line; if it is right for another Python than the server's, write its version: " + inApp(`python = "3.13"`))
}
