package app

import (
	"strings"
	"testing"
)

const (
	pyramidMain = "from pyramid.config import Configurator\ndef main(global_config, **settings):\n    config = Configurator(settings=settings)\n    return config.make_wsgi_app()\n"
	pasteINI    = "[app:main]\nuse = egg:shop\nsqlalchemy.url = sqlite:///%(here)s/shop.sqlite\n[server:main]\nuse = egg:waitress#main\nlisten = *:6543\n"
	pasteTOML   = "[build-system]\nrequires = [\"setuptools\"]\n[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"pyramid\"]\n[project.entry-points.\"paste.app_factory\"]\nmain = \"shop:main\"\n"
)

// TestDetectPaste has a Pyramid project whose ini file says how the app is made.
func TestDetectPaste(t *testing.T) {
	for name, test := range map[string]struct {
		inis []string
		want string
	}{
		"for production": {[]string{"development.ini", pasteINI, "production.ini", pasteINI, "other.ini", pasteINI}, "production.ini"},
		"the only one":   {[]string{"development.ini", pasteINI, "shop.ini", pasteINI, "tox.ini", "[tox]\nenvlist = py3\n"}, "shop.ini"},
		"of two":         {[]string{"a.ini", pasteINI, "b.ini", pasteINI}, ""},
		"development":    {[]string{"development.ini", pasteINI}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Detect(files(append([]string{"pyproject.toml", pasteTOML, "shop/__init__.py", pyramidMain, "shop/scripts/init.py", "import shop\n"}, test.inis...)...), Settings{})
			if test.want == "" {
				if err == nil || !strings.Contains(err.Error(), "no Python web app was found") {
					t.Errorf("got %q, %v", got.Target, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Target != `pyramid.paster:get_app("`+test.want+`")` || got.Framework != "pyramid" || got.Server != WSGI || len(got.Requirements.Projects) != 1 {
				t.Errorf("got %q of %s, %q", got.Target, got.Framework, got.Requirements.Projects)
			}
			if len(got.Data) != 1 || got.Data[0].Path != "shop.sqlite" {
				t.Errorf("keeps %v", got.Data)
			}
		})
	}
}
