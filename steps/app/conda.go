package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// condaEnvironment are the parts of an environment.yml that are used.
type condaEnvironment struct {
	Dependencies []yaml.Node `yaml:"dependencies"`
}

// condaForm is "channel::name=2.0=build", "name>=2,<3" or "name ==2.0".
var condaForm = regexp.MustCompile(`^(?:[A-Za-z0-9_./-]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(?:(=|==|>=|<=|!=|>|<|~=)\s*([0-9][^\s=]*)(?:[\s=]+(\S+))?)?$`)

// fromConda reads an environment.yml: its list for pip as it is, and of conda's own
// packages those that the package index surely has under the same name.
func (d *detection) fromConda(file string) (Requirements, error) {
	text, err := readText(d.fsys, file)
	if err != nil {
		return Requirements{}, fmt.Errorf("%s can't be read: %w", file, err)
	}
	var environment condaEnvironment
	if err := yaml.Unmarshal(text, &environment); err != nil {
		return Requirements{}, appUsage(fmt.Sprintf("%s is no list of packages: %v", file, err), "correct the file, or list what the app needs in requirements.txt")
	}
	req := Requirements{Source: file}
	for _, node := range environment.Dependencies {
		if node.Kind == yaml.MappingNode {
			if err := addPip(&node, &req); err != nil {
				return Requirements{}, appUsage(fmt.Sprintf("%s line %d: the list for pip can't be read: %v", file, node.Line, err), "correct the file")
			}
			continue
		}
		if err := d.condaPackage(file, &node, &req); err != nil {
			return Requirements{}, err
		}
	}
	if len(req.Packages)+len(req.Files) == 0 {
		return Requirements{}, nil
	}
	slices.Sort(req.Packages)
	return req, nil
}

func addPip(node *yaml.Node, req *Requirements) error {
	var lists map[string][]string
	if err := node.Decode(&lists); err != nil {
		return err
	}
	for _, requirement := range lists["pip"] {
		if included, ok := option(requirement, "-r", "--requirement"); ok {
			req.Files = append(req.Files, included)
			continue
		}
		if target, ok := option(requirement, "-e", "--editable"); ok && strings.Contains(target, "://") {
			requirement = target // its folder would not stay
		} else if ok {
			requirement = "./" + strings.TrimPrefix(target, "./")
			if requirement == "./." || requirement == "./" {
				requirement = "."
			}
		}
		req.Packages = append(req.Packages, requirement)
	}
	return nil
}

// condaPackage adds one of conda's own packages.
func (d *detection) condaPackage(file string, node *yaml.Node, req *Requirements) error {
	place := fmt.Sprintf("%s line %d", file, node.Line)
	found := condaForm.FindStringSubmatch(node.Value)
	if found == nil {
		return appUsage(fmt.Sprintf("%s has %q, which is no package in a form that can be installed", place, node.Value), `move it below "- pip:", written as pip takes it`)
	}
	name, op, version, build := strings.ToLower(found[1]), found[2], found[3], found[4]
	switch {
	case name == "python":
		if version != "" {
			d.wishPython(strings.TrimPrefix(op, "=")+minorOf(version), file)
		}
		return nil
	case condasOwn[name] || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "lib") && build != "":
		return nil
	}
	distribution := onIndex()[normalName(name)]
	if distribution == "" {
		return appUsage(fmt.Sprintf("%s asks conda for %s, and it is not known whether the package index has the same by this name", place, name),
			fmt.Sprintf(`move it below "- pip:" as the package index names it, such as %s, or list what the app needs in requirements.txt`, pipForm(name, op, version, build)))
	}
	req.Packages = append(req.Packages, pipForm(distribution, op, version, build))
	return nil
}

// pipForm is a package of conda's as pip takes it: conda's "=2.0" means any 2.0.
func pipForm(name, op, version, build string) string {
	switch {
	case version == "":
		return name
	case op == "=" && build == "" && strings.Count(version, ".") < 2 && !strings.HasSuffix(version, "*"):
		return name + "==" + version + ".*"
	case op == "=":
		return name + "==" + version
	}
	return name + op + version
}

// minorOf is a version of Python without its last number, if there is only one version.
func minorOf(version string) string {
	if parts := strings.Split(version, "."); len(parts) > 2 && !strings.Contains(version, ",") {
		return strings.Join(parts[:2], ".")
	}
	return version
}

// onIndex are the distributions whose owner on the package index is beyond doubt, by
// their normalised names.
var onIndex = sync.OnceValue(func() map[string]string {
	known := map[string]string{"gunicorn": "gunicorn", "uvicorn": "uvicorn", "psycopg2": "psycopg2", "pytorch": "torch", "whitenoise": "whitenoise", "psycopg2-binary": "psycopg2-binary"}
	for _, name := range distributions() {
		known[normalName(name)] = name
	}
	return known
})

// condasOwn are packages that conda has for itself and for Python: Debian brings these.
var condasOwn = map[string]bool{
	"pip": true, "setuptools": true, "wheel": true, "ca-certificates": true, "openssl": true, "sqlite": true, "tk": true,
	"xz": true, "zlib": true, "bzip2": true, "readline": true, "ncurses": true, "libffi": true, "ld_impl_linux-64": true,
	"libgcc": true, "libgcc-ng": true, "libstdcxx": true, "libstdcxx-ng": true, "libgomp": true, "libuuid": true, "libsqlite": true,
	"libnsl": true, "libzlib": true, "libxcrypt": true, "libexpat": true, "liblzma": true, "tzdata": true, "python_abi": true,
	"expat": true, "icu": true, "intel-openmp": true, "mkl": true, "mkl-service": true, "blas": true, "vc": true,
	"vs2015_runtime": true, "vc14_runtime": true, "ucrt": true, "wincertstore": true, "conda": true, "nomkl": true,
}
