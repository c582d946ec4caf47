package index

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/steps/app"
)

// File is a file of a package in the index.
type File struct {
	// Name is the file's name: "greenlet-3.0.1-cp312-cp312-manylinux_2_24_x86_64.whl".
	Name string `json:"name"`
	// Python is the specifier of the Pythons that the file is for; "" is any.
	Python string `json:"requires_python,omitempty"`
}

// newestGlibc is the second number of the C library's version, 2.36, that every system
// which servers run has at least.
const newestGlibc = 36

// Installs tells whether the file is a wheel that a minor version of CPython, "3.12",
// takes on Linux with glibc and a processor as uname -m names it.
func (f File) Installs(minor, machine string) bool {
	base, isWheel := strings.CutSuffix(f.Name, ".whl")
	parts := strings.Split(base, "-")
	if !isWheel || len(parts) < 5 {
		return false
	}
	if fits, err := app.PythonFits(f.Python, minor); err == nil && !fits {
		return false
	}
	tags := parts[len(parts)-3:]
	pythons, abis, platforms := strings.Split(tags[0], "."), strings.Split(tags[1], "."), strings.Split(tags[2], ".")
	if !slices.ContainsFunc(platforms, func(p string) bool { return runsOn(p, machine) }) {
		return false
	}
	return slices.ContainsFunc(pythons, func(python string) bool {
		return slices.ContainsFunc(abis, func(abi string) bool { return takes(python, abi, minor) })
	})
}

var platformForm = regexp.MustCompile(`^(?:linux|manylinux1|manylinux2010|manylinux2014|manylinux_2_(\d+))_(.+)$`)

// runsOn tells whether a platform tag is for Linux with glibc and this processor.
func runsOn(platform, machine string) bool {
	if platform == "any" {
		return true
	}
	found := platformForm.FindStringSubmatch(platform)
	if found == nil || found[2] != machine {
		return false
	}
	glibc, _ := strconv.Atoi(found[1]) // "" is an old one
	return glibc <= newestGlibc
}

var pythonForm = regexp.MustCompile(`^(py|cp)3(\d*)$`)

// takes tells whether a minor version takes a Python tag with an ABI tag. "py38" is for
// 3.8 and every later one, and so is "cp38" with the stable ABI.
func takes(python, abi, minor string) bool {
	found := pythonForm.FindStringSubmatch(python)
	if found == nil {
		return false
	}
	_, number, _ := strings.Cut(minor, ".")
	have, _ := strconv.Atoi(number)
	least, _ := strconv.Atoi(found[2]) // "py3" is 0
	switch {
	case found[1] == "py":
		return abi == "none" && least <= have
	case abi == "abi3":
		return least <= have
	}
	return least == have && (abi == "none" || abi == python)
}
