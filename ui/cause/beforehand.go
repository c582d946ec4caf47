package cause

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// beforehand are ways in which the build, the tests or the release command fails. What is
// told to be typed has only such names of the output as no shell takes for more: those of
// typedName.
var beforehand = []form{
	{line: line(`without having set the STATIC_ROOT`), next: `write STATIC_ROOT = BASE_DIR / "staticfiles" in Django's settings`},
	{line: line(`The file '([^']+)' could not be found with <`), more: lostStatic},
	{line: line(`Missing staticfiles manifest entry for '([^']+)'`), next: `collectstatic has not seen $1: put it into a folder of STATICFILES_DIRS, or write build = "python manage.py collectstatic --noinput" under [app] in slipway.toml`},
	{line: line(`NodeNotFoundError|InconsistentMigrationHistory|Conflicting migrations|InvalidBasesError|CircularDependencyError: .*migration`), more: badMigration},
	{line: line(`Can't locate revision|Multiple head revisions|Target database is not up to date`), next: "the migrations of Alembic do not fit together: type alembic history on your computer, add what is missing to git, and alembic merge heads joins two"},
	{line: line(`bad interpreter|\$'\\r'|\\r['’]?: (?:No such file|command not found)|\^M`), more: windowsLines},
	{line: line(`^(?:/\S*/)?\w*sh: (?:line )?\d+: ([\w./@+-]+): Permission denied`), more: notExecutable},
	{line: line(`^(?:/\S*/)?\w*sh: (?:line )?(?:\d+: )?([\w./@+-]+): (?:command )?not found`), more: notFound},
	{line: line(`^(?:FAILED|ERROR) ([^\s'"$\x60\\;|&<>]+)`), next: "run it on your computer, python -m pytest '$1', and correct it; --test-command '' deploys without tests"},
}

func lostStatic(e evidence, at []string) (Remedy, bool) {
	if from := e.find(line(`Post-processing '([^']+)' failed`)); from != nil {
		return then(fmt.Sprintf("%s names %s, which is not among the static files: add it, or remove that line from %s", from[1], at[1], from[1]))
	}
	return then(fmt.Sprintf("add %s to the static files, or remove what names it", at[1]))
}

var migrationName = regexp.MustCompile(`Migration (\w+)\.(\w+) dependencies|in (\w+)\b`)

func badMigration(e evidence, _ []string) (Remedy, bool) {
	if at := e.find(migrationName); at != nil && at[1] != "" {
		return then(fmt.Sprintf("correct dependencies in %s/migrations/%s.py, or add the migration that it names to git; python manage.py makemigrations --check tells", at[1], at[2]))
	}
	return then("the migrations do not fit together: type python manage.py makemigrations --merge on your computer and add what it writes")
}

var shownScript = regexp.MustCompile(`([\w./-]+\.(?:sh|py|bash))`)

// windowsLines is a script that was saved with the line ends of Windows.
func windowsLines(e evidence, _ []string) (Remedy, bool) {
	script := "the script"
	if at := e.find(shownScript); at != nil {
		script = strings.TrimPrefix(inRelease.ReplaceAllString(at[1], ""), "./")
	}
	return saveAsUnix(script)
}

func saveAsUnix(script string) (Remedy, bool) {
	return then(fmt.Sprintf("%s has the line ends of Windows: type sed -i 's/\\r$//' %s, and add the line \"*.sh text eol=lf\" to .gitattributes", script, script))
}

func notExecutable(_ evidence, at []string) (Remedy, bool) {
	script := strings.TrimPrefix(inRelease.ReplaceAllString(at[1], ""), "./")
	return then(fmt.Sprintf("%s is not executable: type chmod +x %s (on Windows: git update-index --chmod=+x %s)", script, script, script))
}

// programs are the Debian packages of programs that apps call, where the name differs.
var programs = map[string]string{
	"convert": "imagemagick", "magick": "imagemagick", "identify": "imagemagick", "pdftoppm": "poppler-utils", "pdftotext": "poppler-utils", "pdfinfo": "poppler-utils",
	"soffice": "libreoffice", "tesseract": "tesseract-ocr", "node": "nodejs", "psql": "postgresql-client", "pg_dump": "postgresql-client", "mysql": "mariadb-client",
	"mysqldump": "mariadb-client", "redis-cli": "redis-tools", "gs": "ghostscript", "dot": "graphviz", "gcc": "gcc", "ffprobe": "ffmpeg", "chromedriver": "chromium-driver",
	"msgfmt": "gettext", "exiftool": "libimage-exiftool-perl", "7z": "p7zip-full", "dig": "dnsutils", "ping": "iputils-ping", "ps": "procps", "espeak": "espeak-ng",
}

// pythonPrograms are programs that come with a Python package of another name.
var pythonPrograms = map[string]string{"celery": "celery", "alembic": "alembic", "flask": "Flask", "uvicorn": "uvicorn", "daphne": "daphne", "hypercorn": "hypercorn",
	"rq": "rq", "pytest": "pytest", "dramatiq": "dramatiq", "huey_consumer": "huey", "django-admin": "Django", "streamlit": "streamlit", "aerich": "aerich", "yoyo": "yoyo-migrations"}

// typedName matches a file or a program that can stand in a command as it is.
var typedName = regexp.MustCompile(`^[\w./@+-]+$`)

var programName = regexp.MustCompile(`^[a-zA-Z0-9][\w.+-]*$`)

// notFound is a program that the server does not have, or a script that starts with
// another one that it does not have.
func notFound(e evidence, at []string) (Remedy, bool) {
	name := strings.TrimPrefix(inRelease.ReplaceAllString(at[1], ""), "./")
	if first := e.app.read(name); len(first) > 0 {
		if strings.HasSuffix(first[0], "\r") {
			return saveAsUnix(name)
		}
		return then(fmt.Sprintf("%s starts with %q, which the server does not have: correct its first line, #!/bin/sh for example", name, clean(first[0])[0]))
	}
	if strings.ContainsRune(name, '/') || shownScript.MatchString(name) {
		return then(fmt.Sprintf("%s did not go up: see that it is there and that git does not ignore it (git check-ignore -v %s)", name, name))
	}
	return e.program(name)
}

// program is a program that the server does not have.
func (e evidence) program(name string) (Remedy, bool) {
	if !programName.MatchString(name) {
		return Remedy{}, false
	}
	if distribution, ok := pythonPrograms[name]; ok {
		return then(e.app.adding(distribution))
	}
	if known, ok := programs[name]; ok {
		return debian("the server has no "+name, known)
	}
	return debian("the server has no "+path.Base(name), name)
}
