package app

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

const shopProject = "[build-system]\nrequires=['setuptools']\nbuild-backend='setuptools.build_meta'\n[project]\nname='Shop.Web'\nversion='1'\ndependencies=['flask']\n"

// TestOwnProject has the project itself installed where something of its installation is
// used, and only there.
func TestOwnProject(t *testing.T) {
	for _, test := range []struct {
		name string
		fsys fs.FS
		// why is a part of the reason; "" if the project is not to be installed.
		why string
	}{
		{"only a project", files("app.py", flaskApp, "pyproject.toml", shopProject), ""},
		{"script in the Procfile", files("Procfile", "web: shop --port $PORT\n", "shop.py", flaskApp, "pyproject.toml", shopProject+"[project.scripts]\nshop='shop:main'\n"), "makes the program shop"},
		{"script of another name", files("Procfile", "web: gunicorn shop:app\n", "shop.py", flaskApp, "pyproject.toml", shopProject+"[project.scripts]\nshop='shop:main'\n"), ""},
		{"script behind uv run", files("Procfile", "web: cd . && exec uv run shop\n", "shop.py", flaskApp, "pyproject.toml", shopProject+"[project.scripts]\nshop='shop:main'\n"), "makes the program shop"},
		{"script of a process", files("Procfile", "web: gunicorn shop:app\nworker: A=1 shop-worker\n", "shop.py", flaskApp, "pyproject.toml", shopProject+"[project.scripts]\nshop-worker='shop:main'\n"), "makes the program shop-worker"},
		{"script of Poetry", files("Procfile", "web: shop\n", "shop.py", flaskApp, "pyproject.toml", "[tool.poetry]\nname='shop'\n[tool.poetry.scripts]\nshop='shop:main'\n", "requirements.txt", "flask\n"), "makes the program shop"},
		{"Poetry without package mode", files("Procfile", "web: shop\n", "shop.py", flaskApp, "pyproject.toml", "[tool.poetry]\nname='shop'\npackage-mode=false\n[tool.poetry.scripts]\nshop='shop:main'\n", "requirements.txt", "flask\n"), ""},
		{"script of setup.cfg", files("Procfile", "web: shop\n", "shop.py", flaskApp, "setup.cfg", "[metadata]\nname = shop\n[options.entry_points]\nconsole_scripts =\n    shop = shop:main\n", "requirements.txt", "flask\n"), "setup.cfg makes the program shop"},
		{"script of setup.py", files("Procfile", "web: shop\n", "shop.py", flaskApp, "setup.py", "from setuptools import setup\nsetup(name='shop', entry_points={'console_scripts': ['shop = shop:main', 'x=shop:x']})\n", "requirements.txt", "flask\n"), "setup.py makes the program shop"},
		{"script of setup.py, in text", files("Procfile", "web: shop\n", "shop.py", flaskApp, "setup.py", "import setuptools\nsetuptools.setup(name='shop', entry_points='''\n[console_scripts]\nshop = shop:main\n''')\n", "requirements.txt", "flask\n"), "makes the program shop"},
		{"Pyramid's factory", files("Procfile", "web: pserve x.ini\n", "shop.py", "", "setup.py", "from setuptools import setup\nsetup(name='shop', entry_points={'paste.app_factory': ['main = shop:main']})\n", "requirements.txt", "pyramid\n"), "paste.app_factory"},
		{"its version", files("app.py", flaskApp+"from importlib.metadata import version\nV = version('shop_web')\n", "pyproject.toml", shopProject), "app.py line 4 asks for its metadata"},
		{"its version, by its module's name", files("shop_web/__init__.py", flaskApp+"import importlib.metadata\nV = importlib.metadata.version(__package__ or __name__)\n", "pyproject.toml", shopProject), "asks for its metadata"},
		{"its version, as of old", files("app.py", flaskApp+"import pkg_resources\nV = pkg_resources.get_distribution('Shop-Web').version\n", "pyproject.toml", shopProject), "asks for its metadata"},
		{"another's version", files("app.py", flaskApp+"from importlib.metadata import version\nV = version('flask') # version('shop-web')\n", "pyproject.toml", shopProject), ""},
		{"modules below src", files("app.py", flaskApp+"import shop\n", "src/shop/__init__.py", "", "pyproject.toml", shopProject), "app.py line 3 imports shop, which is in the folder src"},
		{"served below src", files("src/shop/__init__.py", flaskApp+"import shop.other\n", "src/shop/other.py", "", "pyproject.toml", shopProject), ""},
		{"no project", files("app.py", flaskApp+"import shop\n", "src/shop/__init__.py", "", "requirements.txt", "flask\n"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			why := ""
			for _, r := range found.Reasons {
				if r.Subject == "the project itself" {
					why = r.Source
				}
			}
			installs := slices.Equal(found.Requirements.Projects, []string{"."})
			if installs != (test.why != "") || !strings.Contains(why, test.why) || test.why == "" && why != "" {
				t.Errorf("installs %q because of %q, want %q", found.Requirements.Projects, why, test.why)
			}
		})
	}
}

func TestLocalRequirements(t *testing.T) {
	for _, test := range []struct {
		text  string
		paths bool
	}{
		{"flask\n-e .\n", true},
		{"flask\n.\n", true},
		{"flask\n./lib\n", true},
		{"flask\n-e ./lib[fast]\n", true},
		{"flask\n-e file:lib\n", true},
		{"flask\nlib @ file:./lib\n", true},
		{"flask\n", false},
		{"flask\n--find-links ./wheels\n", true},
	} {
		found, err := Detect(files("app.py", flaskApp, "requirements.txt", test.text, "lib/setup.py", "", "pyproject.toml", shopProject+"[project.entry-points.x]\ny='z'\n"), Settings{})
		if err != nil || found.Requirements.Paths != test.paths {
			t.Errorf("%q: got %+v, %v", test.text, found.Requirements, err)
		}
		// A root that is a requirement is not installed twice.
		isRoot := strings.Contains(test.text, ".\n")
		if isRoot == slices.Contains(found.Requirements.Projects, ".") {
			t.Errorf("%q: projects %q", test.text, found.Requirements.Projects)
		}
	}
}
