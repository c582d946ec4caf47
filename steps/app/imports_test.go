package app

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
)

func TestStdlib(t *testing.T) {
	for _, name := range []string{"os", "sys", "json", "asyncio", "__future__", "tomllib", "_thread", "distutils", "zoneinfo"} {
		if !stdlib()[name] {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"flask", "requests", "yaml", "setuptools"} {
		if stdlib()[name] {
			t.Errorf("%s is no part of it", name)
		}
	}
}

func TestDistributions(t *testing.T) {
	lines := 0
	for line := range strings.Lines(distributionsText) {
		if !strings.HasPrefix(line, "#") {
			lines++
		}
	}
	if len(distributions()) != lines {
		t.Errorf("%d lines give %d names: one is twice there or malformed", lines, len(distributions()))
	}
	for name, want := range map[string]string{
		"flask_restful": "Flask-RESTful", "yaml": "PyYAML", "PIL.Image": "Pillow", "jwt": "PyJWT",
		"google.cloud.storage.blob": "google-cloud-storage", "mysql.connector": "mysql-connector-python",
	} {
		if got, ok := distributionOf(name); !ok || got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for _, name := range []string{"google", "google.cloud.nothing", "mysql", "Flask", ""} {
		if got, ok := distributionOf(name); ok {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

func TestRequirementsFromImports(t *testing.T) {
	for _, test := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"plain", files("a.py", "import os, yaml\nfrom PIL import Image as I\n"+flaskApp), "Flask Pillow PyYAML"},
		{"in a function", files("a.py", flaskApp+"def f():\n    import redis\n"), "Flask redis"},
		{"nested in a class", files("a.py", flaskApp+"class A:\n  async def f(self):\n    if 1: import redis\n"), "Flask redis"},
		{"through a local module", files("a.py", "from shop.db import x\n"+flaskApp, "shop/__init__.py", "", "shop/db.py", "from . import models\n", "shop/models.py", "import sqlalchemy.orm\n"), "Flask SQLAlchemy"},
		{"package's init", files("a.py", "import shop.db\n"+flaskApp, "shop/__init__.py", "import redis\n", "shop/db.py", ""), "Flask redis"},
		{"namespace folder", files("a.py", "from lib.db import x\n"+flaskApp, "lib/db.py", "import redis\n"), "Flask redis"},
		{"not what is not loaded", files("a.py", flaskApp, "tools.py", "import nothing_known\n", "tests/test_a.py", "import pytest\n"), "Flask"},
		{"optional", files("a.py", "try:\n    import unknown_fast\nexcept ImportError:\n    unknown_fast = None\n"+flaskApp), "Flask"},
		{"instead", files("a.py", "try:\n    import unknown_fast as json\nexcept (ImportError, ValueError):\n    import simplejson as json\n"+flaskApp), "Flask simplejson"},
		{"instead of the standard library", files("a.py", "try:\n    import json\nexcept ImportError:\n    import unknown_json as json\n"+flaskApp), "Flask"},
		{"other errors", files("a.py", "try:\n    import redis\nexcept OSError:\n    pass\n"+flaskApp), "Flask redis"},
		{"typing only", files("a.py", "import typing as t\nif t.TYPE_CHECKING:\n    import unknown_types\n"+flaskApp), "Flask"},
		{"else of typing", files("a.py", "if TYPE_CHECKING:\n    import unknown_types\nelse:\n    import redis\n"+flaskApp), "Flask redis"},
		{"by version", files("a.py", "import sys\nif sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    import unknown_toml as tomllib\n"+flaskApp), "Flask"},
		{"run by itself only", files("a.py", flaskApp+"if __name__ == '__main__':\n    import unknown_server\n"), "Flask"},
		{"in strings", files("a.py", "x = '''\nimport unknown_a\n'''\ny = f\"{'import unknown_b'}\"\nz = f'{x[\"import unknown_c\"]!r:>{10}}'\n"+flaskApp), "Flask"},
		{"continued", files("a.py", "from yaml \\\n    import (load, # x\n  dump)\n"+flaskApp), "Flask PyYAML"},
		{"a template pack of old", files("manage.py", "", "s/__init__.py", "", "s/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n", "s/settings.py", "INSTALLED_APPS = ['crispy_forms']\nCRISPY_TEMPLATE_PACK = 'bootstrap4'\n", "s/forms.py", "from crispy_forms.helper import FormHelper\n"), "Django django-crispy-forms<2"},
		{"a template pack of its own", files("manage.py", "", "s/__init__.py", "", "s/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n", "s/settings.py", "INSTALLED_APPS = ['crispy_forms', 'crispy_bootstrap4']\nCRISPY_TEMPLATE_PACK = 'bootstrap4'\n"), "Django crispy-bootstrap4 django-crispy-forms"},
		{"django", files("manage.py", "", "s/__init__.py", "", "s/wsgi.py", "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n", "s/settings.py", "INSTALLED_APPS = [\n 'django.contrib.admin', 'rest_framework', 'shop.apps.ShopConfig']\n", "shop/__init__.py", "", "shop/apps.py", "", "shop/views.py", "import requests\n"), "Django djangorestframework requests"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Detect(test.fsys, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if list := strings.Join(got.Requirements.Packages, " "); list != test.want {
				t.Errorf("got %q, want %q", list, test.want)
			}
		})
	}
}

func TestRequirementsOrder(t *testing.T) {
	all := []string{
		"requirements.txt", "Flask", "pyproject.toml", "[project]\ndependencies = ['flask>=3', 'arrow']\n",
		"app/requirements.txt", "Flask", "app/app.py", flaskApp,
	}
	for i, want := range []Requirements{
		{Files: []string{"requirements.txt"}, Source: "requirements.txt"},
		{Packages: []string{"arrow", "flask>=3"}, Source: "pyproject.toml"},
		{Files: []string{"app/requirements.txt"}, Source: "app/requirements.txt"},
		{Packages: []string{"Flask"}, Source: "imports in app/app.py"},
	} {
		got, err := Detect(files(all[2*i:]...), Settings{})
		if err != nil || !reflect.DeepEqual(got.Requirements, want) {
			t.Errorf("got %+v, %v, want %+v", got.Requirements, err, want)
		}
	}
	got, err := Detect(files(all...), Settings{Requirements: "pyproject.toml"})
	if err != nil || got.Requirements.Source != "pyproject.toml" {
		t.Errorf("got %+v, %v", got.Requirements, err)
	}
}
