package app

import (
	"slices"
	"testing"
)

// Lock files that pin greenlet 3.0.1.
const lockedByUV = `version = 1
[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "greenlet" }]
[[package]]
name = "greenlet"
version = "3.0.1"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://files.pythonhosted.org/packages/54/greenlet-3.0.1.tar.gz" }
wheels = [{ url = "https://files.pythonhosted.org/packages/cc/greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.whl" }]
`

const lockedByPoetry = `[[package]]
name = "greenlet"
version = "3.0.1"
groups = ["main"]
files = [{file = "greenlet-3.0.1.tar.gz", hash = "x"}]
[metadata]
lock-version = "2.1"
`

const lockedByOldPoetry = `[[package]]
name = "greenlet"
version = "3.0.1"
[metadata]
lock-version = "1.1"
[metadata.files]
greenlet = [{file = "greenlet-3.0.1.tar.gz", hash = "x"}]
`

func TestPins(t *testing.T) {
	const manifest = "[tool.poetry.dependencies]\ngreenlet = '*'\n"
	greenlet := Pin{Name: "greenlet", Version: "3.0.1"}
	in := func(source string, files ...string) Pin {
		p := greenlet
		p.Source, p.Files = source, files
		return p
	}
	for name, test := range map[string]struct {
		files []string
		want  []Pin
	}{
		"uv":         {[]string{"uv.lock", lockedByUV, "pyproject.toml", ""}, []Pin{in("uv.lock", "greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.whl", "greenlet-3.0.1.tar.gz")}},
		"poetry":     {[]string{"poetry.lock", lockedByPoetry, "pyproject.toml", manifest}, []Pin{in("poetry.lock", "greenlet-3.0.1.tar.gz")}},
		"old poetry": {[]string{"poetry.lock", lockedByOldPoetry, "pyproject.toml", manifest}, []Pin{in("poetry.lock", "greenlet-3.0.1.tar.gz")}},
		"pipenv":     {[]string{"Pipfile.lock", `{"default": {"greenlet": {"version": "==3.0.1"}}}`}, []Pin{in("Pipfile.lock")}},
		"files": {[]string{"requirements.txt", "\ufeff# all\n-r more/base.txt\nFlask[async]==3.0 --hash=sha256:1 \\\n  --hash=sha256:2\nx==1.*\ny>=2,==2.1\n" +
			"Zope.Interface == 5.4.0 ; python_version < \"3.9\" # old\n", "more/base.txt", "-r ../requirements.txt\r\ngreenlet==3.0.1\r\n"}, []Pin{
			{Name: "flask", Version: "3.0", Source: "requirements.txt line 3"},
			{Name: "zope-interface", Version: "5.4.0", Source: "requirements.txt line 7", Marker: `python_version < "3.9"`},
			in("more/base.txt line 2"),
		}},
		"own index": {[]string{"requirements.txt", "--index-url https://x.example/simple\ngreenlet==3.0.1\n"}, nil},
		"project":   {[]string{"pyproject.toml", "[project]\ndependencies = ['greenlet==3.0.1', 'flask']\n"}, []Pin{in("pyproject.toml")}},
	} {
		fsys := files(append([]string{"a.py", flaskApp}, test.files...)...)
		found, err := Detect(fsys, Settings{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := found.Pins(fsys)
		if err != nil || !slices.EqualFunc(got, test.want, func(a, b Pin) bool {
			return a.String() == b.String() && a.Marker == b.Marker && slices.Equal(a.Files, b.Files)
		}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}
