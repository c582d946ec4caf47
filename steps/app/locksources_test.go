package app

import (
	"strings"
	"testing"
)

const lockedCommit = "0123456789abcdef0123456789abcdef01234567"

// lockSources are lock files with packages that are not from an index: from a
// repository, an address, or a folder of the project.
var lockSources = []struct {
	// file is the lock file's name, text its content, and want what pip is given.
	name, file, text, want string
}{
	{"uv", "uv.lock", `version = 1
[[package]]
name = "shop"
version = "1"
source = { editable = "." }
dependencies = [
    { name = "lib", marker = "sys_platform == 'linux' or sys_platform == 'darwin'" },
    { name = "wheel-only", extra = ["fast"] },
    { name = "member" },
]
[[package]]
name = "lib"
version = "2"
source = { git = "https://example.org/lib.git?subdirectory=py&tag=v2#` + lockedCommit + `" }
dependencies = [{ name = "deep", marker = "python_version < '3.12'" }]
[[package]]
name = "member"
version = "0"
source = { virtual = "libs/member" }
dependencies = [{ name = "deep", marker = "python_version > '3.13'" }]
[[package]]
name = "wheel-only"
version = "3"
source = { url = "https://example.org/wheel_only-3-py3-none-any.whl" }
dependencies = [{ name = "wheel-only", extra = ["fast"] }]
[package.optional-dependencies]
fast = [{ name = "accelerator" }]
[[package]]
name = "accelerator"
version = "4"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "deep"
version = "5"
source = { registry = "https://pypi.org/simple/" }
[[package]]
name = "unwanted"
version = "5"
source = { registry = "https://pypi.org/simple" }
`, `accelerator==4
deep==5 ; (python_version < '3.12' and (sys_platform == 'linux' or sys_platform == 'darwin')) or python_version > '3.13'
lib @ git+https://example.org/lib.git@` + lockedCommit + `#subdirectory=py ; sys_platform == 'linux' or sys_platform == 'darwin'
wheel-only @ https://example.org/wheel_only-3-py3-none-any.whl`},
	{"poetry", "poetry.lock", `[[package]]
name = "Lib"
version = "2"
groups = ["dev", "main"]
[package.markers]
main = "sys_platform == 'linux'"
dev = "sys_platform == 'win32'"
[package.source]
type = "git"
url = "https://example.org/lib.git"
reference = "main"
resolved_reference = "` + lockedCommit + `"
[[package]]
name = "web"
version = "1"
groups = ["main"]
[package.source]
type = "url"
url = "https://example.org/web.zip"
[[package]]
name = "test"
version = "1"
groups = ["dev"]
`, `lib @ git+https://example.org/lib.git@` + lockedCommit + ` ; sys_platform == 'linux'
web @ https://example.org/web.zip`},
	{"pipenv", "Pipfile.lock", `{"default": {
"lib": {"git": "https://example.org/lib.git", "ref": "` + lockedCommit + `"},
"self": {"path": ".", "editable": true},
"web": {"file": "https://example.org/web.zip", "markers": "os_name == 'posix'"}},
"develop": {"test": {"version": "==1"}}}`, `lib @ git+https://example.org/lib.git@` + lockedCommit + `
web @ https://example.org/web.zip ; os_name == 'posix'`},
}

func TestLockSources(t *testing.T) {
	for _, test := range lockSources {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(files("app.py", flaskApp, test.file, test.text), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(found.Requirements.Packages, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
