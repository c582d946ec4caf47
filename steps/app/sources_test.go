package app

import (
	"io/fs"
	"strings"
	"testing"
)

// TestSources takes packages from where a pyproject.toml says that they are, and never
// from the index instead.
func TestSources(t *testing.T) {
	const front = "[project]\nname = 'web'\ndependencies = ['flask>=3', 'Shared_Lib[fast]>=1']\n"
	project := func(rest string, more ...string) fs.FS {
		return files(append([]string{"app.py", flaskApp, "libs/shared/pyproject.toml", "[project]\nname = 'shared-lib'\n", "pyproject.toml", front + rest}, more...)...)
	}
	for name, test := range map[string]struct {
		fsys       fs.FS
		want, fail string
	}{
		"none":            {project(""), "Shared_Lib[fast]>=1|flask>=3", ""},
		"folder":          {project("[tool.uv.sources]\nshared-lib = { path = 'libs/shared', editable = true }\n"), "./libs/shared|flask>=3", ""},
		"workspace":       {project("[tool.uv.sources]\nshared-lib = { workspace = true }\n[tool.uv.workspace]\nmembers = ['libs/*']\n"), "./libs/shared|flask>=3", ""},
		"no such member":  {project("[tool.uv.sources]\nshared-lib = { workspace = true }\n"), "", "from the workspace, which has no such member"},
		"repository":      {project("[tool.uv.sources]\nshared-lib = { git = 'https://example.org/lib', tag = 'v1' }\n"), "Shared_Lib[fast] @ git+https://example.org/lib@v1|flask>=3", ""},
		"repository, SSH": {project("[tool.uv.sources]\nshared-lib = { git = 'ssh://git@example.org/lib' }\n"), "", "can't be installed on the server as it is"},
		"archive":         {project("[tool.uv.sources]\nshared-lib = { url = 'https://example.org/lib.zip' }\n"), "Shared_Lib[fast] @ https://example.org/lib.zip|flask>=3", ""},
		"index":           {project("[tool.uv.sources]\nshared-lib = { index = 'ours' }\n"), "", "from the index ours"},
		"by system":       {project("[tool.uv.sources]\nshared-lib = [{ url = 'https://example.org/lib.zip', marker = \"sys_platform == 'linux'\" }]\n"), "Shared_Lib[fast] @ https://example.org/lib.zip ; sys_platform == 'linux'|flask>=3", ""},
		"Poetry's":        {project("[tool.poetry.dependencies]\nshared-lib = { path = 'libs/shared' }\n"), "./libs/shared|flask>=3", ""},
		"two separators": {files("app.py", flaskApp, "pyproject.toml", "[project]\nname = 'web'\ndependencies = ['shared--lib>=1']\n[tool.uv.sources]\nshared-lib = { url = 'https://example.org/lib.zip' }\n"),
			"shared--lib @ https://example.org/lib.zip", ""},
		"a missing folder": {project("[tool.uv.sources]\nshared-lib = { path = '../shared' }\n"), "", "can't be installed on the server as it is"},
		"from a member": {files("pyproject.toml", "[tool.uv.workspace]\nmembers = ['web', 'libs/*']\n", "libs/shared/pyproject.toml", "[project]\nname = 'shared-lib'\n",
			"web/app.py", flaskApp, "web/pyproject.toml", front+"[tool.uv.sources]\nshared-lib = { workspace = true }\n"), "./libs/shared|flask>=3", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(test.fsys, Settings{})
			if test.fail != "" {
				if err == nil || !strings.Contains(err.Error(), test.fail) {
					t.Fatalf("got %v (%v), want an error with %q", err, found.Requirements.Packages, test.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(found.Requirements.Packages, "|"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
