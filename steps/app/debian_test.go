package app

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
)

func TestDebianPackages(t *testing.T) {
	for _, test := range []struct {
		name       string
		fsys       fs.FS
		settings   Settings
		run, build string
	}{
		{"nothing", files("app.py", flaskApp, "requirements.txt", "flask\n"), Settings{}, "", ""},
		{"key", files("app.py", flaskApp), Settings{Packages: []string{"libmagic1", "ffmpeg"}}, "ffmpeg libmagic1", ""},
		{"Aptfile", files("app.py", flaskApp, "Aptfile", "# tools\r\ngit\r\nlibmagic1 # for uploads\n\n"), Settings{}, "git libmagic1", ""},
		{"no wheels", files("app.py", flaskApp, "requirements.txt", "flask\nPsycopg2==2.9.10\n"), Settings{}, "", "build-essential libpq-dev pkg-config python3-dev"},
		{"wheels", files("app.py", flaskApp, "requirements.txt", "flask\npsycopg2-binary\nlxml\nPillow\n"), Settings{}, "", ""},
		{"in an included file", files("app.py", flaskApp, "requirements.txt", "-r more/base.txt\n", "more/base.txt", "uWSGI\n"), Settings{}, "", "build-essential pkg-config python3-dev"},
		{"only a constraint is no requirement", files("app.py", flaskApp, "requirements.txt", "flask\n-c limits.txt\n", "limits.txt", "uwsgi==2.0.28\n"), Settings{}, "", ""},
		{"for Windows only", files("app.py", flaskApp, "requirements.txt", "flask\npsycopg2; sys_platform == 'win32'\n"), Settings{}, "", ""},
		{"brought by another", files("app.py", flaskApp, "requirements.txt", "django-auth-ldap\n"), Settings{}, "", "build-essential libldap-dev libsasl2-dev pkg-config python3-dev"},
		{"pyproject", files("app.py", flaskApp, "pyproject.toml", "[project]\nname='x'\ndependencies=['flask','mysqlclient>=2']\n"), Settings{}, "", "build-essential default-libmysqlclient-dev pkg-config python3-dev"},
		{"imports", files("app.py", flaskApp+"import MySQLdb\n"), Settings{}, "", "build-essential default-libmysqlclient-dev pkg-config python3-dev"},
		{"loads a library", files("app.py", flaskApp, "requirements.txt", "python-magic\n"), Settings{}, "libmagic1", ""},
		{"psycopg 3", files("app.py", flaskApp, "requirements.txt", "psycopg>=3\n"), Settings{}, "libpq5", ""},
		{"psycopg 3 binary", files("app.py", flaskApp, "requirements.txt", "psycopg[binary,pool]>=3\n"), Settings{}, "", ""},
		{"psycopg 3 in C", files("app.py", flaskApp, "requirements.txt", "psycopg[c]\n"), Settings{}, "", "build-essential libpq-dev pkg-config python3-dev"},
		{"git", files("app.py", flaskApp, "requirements.txt", "flask\nlib @ git+https://example.org/lib@v1\n"), Settings{}, "", "git"},
		{"editable git", files("app.py", flaskApp, "requirements.txt", "flask\n-e git+https://example.org/lib@v1#egg=lib\n"), Settings{}, "", "git"},
		{"git in pyproject", files("app.py", flaskApp, "pyproject.toml", "[project]\nname='x'\ndependencies=['flask','lib @ git+https://example.org/lib']\n"), Settings{}, "", "git"},
		{"starts programs", files("app.py", flaskApp+"import subprocess\nimport os, shutil\nargs = ['-Tpng']\nsubprocess.run(['dot'] + args)\nHAS = shutil.which('pdftotext')\nos.system('ffmpeg -i x y')\ncommand = ['soffice', '--headless']\n"), Settings{}, "ffmpeg graphviz libreoffice poppler-utils", ""},
		{"has names of programs", files("app.py", flaskApp+"import os\nformats = ['zip', 'git']\nprint('dot')\nfoo['zip']\n", "other.py", "import subprocess\nsubprocess.run(['dot'])\n"), Settings{}, "", ""},
		{"GeoDjango", files("web.py", flaskApp, "shop/settings.py", "INSTALLED_APPS = ['django.contrib.gis']\n", "requirements.txt", "django\n"), Settings{Command: "django serve"}, "gdal-bin", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(test.fsys, test.settings)
			if err != nil {
				t.Fatal(err)
			}
			if run, build := strings.Join(found.Packages, " "), strings.Join(found.ForBuild(), " "); run != test.run || build != test.build {
				t.Errorf("got %q and for the build %q, want %q and %q", run, build, test.run, test.build)
			}
			for _, name := range found.Packages {
				if found.PackageSources[name] == "" {
					t.Errorf("it is not known who asks for %s", name)
				}
			}
		})
	}
}

func TestForBuildOfPinsWithoutWheels(t *testing.T) {
	found := Found{Sdists: []string{"docopt", "lxml"}, BuildPackages: []string{"git"}}
	want := []string{"build-essential", "git", "libxml2-dev", "libxslt1-dev", "pkg-config", "python3-dev", "zlib1g-dev"}
	if got := found.ForBuild(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSystemFigures(t *testing.T) {
	for _, test := range []struct {
		name string
		fsys fs.FS
		want bool
	}{
		{"required", files("app.py", flaskApp, "requirements.txt", "flask\npsutil==7.0\n"), true},
		{"imported", files("app.py", flaskApp+"import psutil\n", "requirements.txt", "flask\n"), true},
		{"neither", files("app.py", flaskApp, "requirements.txt", "flask\n"), false},
	} {
		if found, err := Detect(test.fsys, Settings{}); err != nil || found.SystemFigures != test.want {
			t.Errorf("%s: got %t, %v", test.name, found.SystemFigures, err)
		}
	}
}

// TestRefusedRequirements has what no server can install refused, with the place and
// with what to write there.
func TestRefusedRequirements(t *testing.T) {
	for _, test := range []struct{ name, file, text, what, next string }{
		{"conda folder", "requirements.txt", "flask\nblinker @ file:///croot/blinker_1696539051989/work\n", "requirements.txt line 2: blinker @ file:///croot/blinker", "blinker==VERSION"},
		{"conda folder of a builder", "requirements.txt", "click @ file:///home/builder/ci_py311/click_1676825087195/work\n", "line 1: click", "click==VERSION"},
		{"conda folder on a Mac", "requirements.txt", "click @ file:///opt/concourse/worker/volumes/live/709e/volume/click_1597324474402/work\n", "line 1: click", "click==VERSION"},
		{"conda folder on Windows", "requirements.txt", "click @ file:///C:/ci/click_1646056762388/work\n", "line 1: click", "click==VERSION"},
		{"conda list", "requirements.txt", "# packages\nflask=2.0.1=pyhd3eb1b0_0\n", "requirements.txt line 2", "flask==2.0.1"},
		{"one equals sign", "requirements.txt", "flask=2.0.1\n", "requirements.txt line 1", "flask==2.0.1"},
		{"Windows", "requirements.txt", "flask\npywin32==310\n", "requirements.txt line 2 asks for pywin32", `pywin32==310 ; sys_platform == "win32"`},
		{"Windows, in a continued line", "requirements.txt", "flask \\\n  >=2\n\npywinpty==2\n", "requirements.txt line 4", `pywinpty==2 ; sys_platform == "win32"`},
		{"macOS", "requirements.txt", "pyobjc-framework-Cocoa==9\n", "line 1 asks for pyobjc-framework-cocoa", `; sys_platform == "darwin"`},
		{"ssh", "requirements.txt", "flask\nlib @ git+ssh://git@example.org/me/lib\n", "requirements.txt line 2", "git+https://"},
		{"ssh, editable", "requirements.txt", "-e git+git@example.org:me/lib.git#egg=lib\n", "requirements.txt line 1", "git+https://"},
		{"Mercurial", "requirements.txt", "hg+https://example.org/lib\n", "requirements.txt line 1", "git+https://"},
		{"of one's own", "requirements.txt", "-e /home/me/lib\n", "line 1 names /home/me/lib", "./libs/NAME"},
		{"of one's own, on Windows", "requirements.txt", "lib @ file:///C:/Users/me/lib\n", "line 1 names", "./libs/NAME"},
		{"not there", "requirements.txt", "./libs/x\n", "line 1 names ./libs/x", "correct the path"},
		{"outside", "requirements.txt", "-e ../lib\n", "outside the app's folder", "move it"},
		{"option in a project", "pyproject.toml", "[project]\ndependencies = [\"flask\", \"--target=/opt\"]\n", `pyproject.toml has "--target=/opt"`, "app.requirements"},
		{"option in setup.cfg", "setup.cfg", "[metadata]\nname = shop\n[options]\ninstall_requires =\n    --index-url=https://pypi.example.org\n", `setup.cfg has "--index-url=`, "app.requirements"},
		{"option in setup.py", "setup.py", "from setuptools import setup\nsetup(install_requires=['-rother.txt'])\n", `setup.py has "-rother.txt"`, "app.requirements"},
		{"option as a name", "pyproject.toml", "[tool.poetry.dependencies]\n\"--target\" = \"*\"\n", `pyproject.toml has "--target`, "app.requirements"},
		{"Aptfile with an address", "Aptfile", "git\nhttps://example.org/x.deb\n", "Aptfile line 2 names https://example.org/x.deb", "remove the line"},
		{"Aptfile with a repository", "Aptfile", ":repo:deb http://example.org stable main\n", "Aptfile line 1", "remove the line"},
		{"Aptfile with an option", "Aptfile", "--allow-unauthenticated\n", "Aptfile line 1", "one name a line"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Detect(files("app.py", flaskApp, test.file, test.text), Settings{})
			usage, ok := errors.AsType[*providers.Usage](err)
			if !ok || !strings.Contains(usage.Error(), test.what) || !strings.Contains(usage.Next, test.next) {
				t.Errorf("got %v, next %q", err, usage.Next)
			}
		})
	}
	for _, name := range []string{"-y", "lib magic", "libx=1", "Lib", "nginx-", "x;y", ""} {
		if _, err := Detect(files("app.py", flaskApp), Settings{Packages: []string{name}}); err == nil {
			t.Errorf("the package %q is taken", name)
		}
	}
}

func TestRequirementsAsTheyAre(t *testing.T) {
	for _, test := range []struct{ name, text, rewritten, warning, reason string }{
		{"Ubuntu's line", "flask\npkg_resources==0.0.0\nclick\n", "flask\n\nclick\n", "requirements.txt line 2 is left out", ""},
		{"Ubuntu's line, continued by nothing", "flask\npkg_resources==0.0.0 \\", "flask\n", "requirements.txt line 2 is left out", ""},
		{"editable repository", "flask\n-e git+https://example.org/lib@v1#egg=lib[x]&subdirectory=py\n", "flask\nlib[x] @ git+https://example.org/lib@v1#subdirectory=py\n", "", ""},
		{"index", "--extra-index-url https://pypi.example.org/simple\nflask\n", "", "", "https://pypi.example.org/simple"},
		{"index with a password", "--index-url=https://me:secret@pypi.example.org/simple\nflask\n", "", "requirements.txt line 1 has a user name or password", "https://me:xxxxx@pypi.example.org/simple"},
		{"the public index", "-i https://pypi.org/simple/\nflask\n", "", "", ""},
		{"for Windows", "flask\npywin32==310 ; sys_platform == \"win32\"\npywinpty; platform_system=='Windows'\n", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(files("app.py", flaskApp, "requirements.txt", test.text), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := found.Requirements.Rewritten["requirements.txt"]; got != test.rewritten {
				t.Errorf("rewritten as %q, want %q", got, test.rewritten)
			}
			if got := strings.Join(found.Warnings, "\n"); !strings.Contains(got, test.warning) || test.warning == "" && got != "" {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
			index := ""
			for _, r := range found.Reasons {
				if r.Subject == "package index" {
					index = r.Value
				}
			}
			if index != test.reason {
				t.Errorf("package index %q, want %q", index, test.reason)
			}
		})
	}
}
