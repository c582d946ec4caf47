package shapes

// lists are the files in which people name their packages, for one app.
func init() {
	app := written{"app.py": flask("app")}
	lists := []shape{}
	for _, l := range []struct {
		name  string
		files written
	}{
		{"pinned", written{"requirements.txt": "Flask==3.1.0\nWerkzeug>=3.1,<4\n"}},
		{"comments", written{"requirements.txt": "# what it needs\n\nflask  # the framework\n    \n"}},
		{"markers", written{"requirements.txt": "flask; python_version >= \"3.8\"\npywin32==306; sys_platform == \"win32\"\n"}},
		{"extras", written{"requirements.txt": "flask[dotenv]\n"}},
		{"included", written{"requirements.txt": "-r requirements/base.txt\n", "requirements/base.txt": "flask\n"}},
		{"constraints", written{"requirements.txt": "-c constraints.txt\nflask\n", "constraints.txt": "flask==3.1.0\n"}},
		{"continued", written{"requirements.txt": "flask \\\n    >=3.0\n"}},
		{"upper-case", written{"requirements.txt": "FLASK\nPython-Dotenv\n"}},
		{"in-only", written{"requirements.in": "flask\n"}},
		{"in-and-txt", written{"requirements.in": "flask\n", "requirements.txt": "flask==3.1.0\n    # via -r requirements.in\n"}},
		{"production", written{"requirements/base.txt": "flask\n", "requirements/production.txt": "-r base.txt\n", "requirements/dev.txt": "-r base.txt\npytest\n"}},
		{"development-beside", written{"requirements.txt": "flask\n", "requirements-dev.txt": "no-such-package-for-development\n"}},
		{"utf16", written{"requirements.txt": "\xff\xfef\x00l\x00a\x00s\x00k\x00\n\x00"}},
		{"project", written{"pyproject.toml": "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\"]\n"}},
		{"project-groups", written{"pyproject.toml": "[project]\nname = \"shop\"\nversion = \"1\"\nrequires-python = \">=3.9\"\ndependencies = [\"flask>=3\"]\n\n[dependency-groups]\ndev = [\"no-such-package-for-development\"]\n"}},
		{"poetry", written{"pyproject.toml": "[tool.poetry]\nname = \"shop\"\nversion = \"1\"\ndescription = \"\"\nauthors = []\n\n[tool.poetry.dependencies]\npython = \">=3.9\"\nflask = \"^3.0\"\n\n[tool.poetry.group.dev.dependencies]\nno-such-package-for-development = \"*\"\n"}},
		{"pipfile", written{"Pipfile": "[[source]]\nurl = \"https://pypi.org/simple\"\nverify_ssl = true\nname = \"pypi\"\n\n[packages]\nflask = \"*\"\n\n[dev-packages]\nno-such-package-for-development = \"*\"\n"}},
		{"setup-cfg", written{"setup.cfg": "[metadata]\nname = shop\n\n[options]\npy_modules = app\ninstall_requires =\n    flask\n"}},
		{"setup-py", written{"setup.py": "from setuptools import setup\n\nsetup(name=\"shop\", version=\"1\", py_modules=[\"app\"], install_requires=[\"flask\"])\n"}},
		{"conda", written{"environment.yml": "name: shop\nchannels: [conda-forge]\ndependencies:\n  - python\n  - flask\n"}},
		{"runtime", written{"requirements.txt": "flask\n", "runtime.txt": "python-3.13\n"}},
		{"python-version", written{"requirements.txt": "flask\n", ".python-version": "3.13\n"}},
		{"named", written{"packages/server.txt": "flask\n", "slipway.toml": "[app]\nrequirements = \"packages/server.txt\"\n"}},
		{"local-folder", written{"requirements.txt": "flask\n./libs/words\n", "libs/words/setup.py": "from setuptools import setup\n\nsetup(name=\"words\", version=\"1\", py_modules=[\"words\"])\n", "libs/words/words.py": "WORD = \"a\"\n"}},
	} {
		lists = append(lists, of("list-"+l.name, app.and(l.files)))
	}
	rows["lists"] = lists
}
