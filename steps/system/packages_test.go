package system

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/shell"
)

// TestPackagesOfTheApp has what the app needs among the packages, each once, and says
// where it is asked for if Debian does not have it.
func TestPackagesOfTheApp(t *testing.T) {
	p := example.Plan(t)
	p.App.Packages = []string{"curl", "libmagic1"}
	p.App.PackageSources = map[string]string{"curl": "Aptfile line 1", "libmagic1": "app.packages in slipway.toml"}
	names := appPackages(p)
	for _, name := range p.App.Packages {
		if i := slices.Index(names, name); i < 0 || slices.Contains(names[i+1:], name) {
			t.Errorf("%s is not once among %q", name, names)
		}
	}
	script := Packages.Script(fact.View{Plan: p, System: example.System()})
	for _, want := range []string{"libmagic1", "app.packages in slipway.toml"} {
		if !strings.Contains(script, want) {
			t.Errorf("%q is not in\n%s", want, script)
		}
	}
}

// TestUnknownPackages asks this computer's apt, if it has one with lists.
func TestUnknownPackages(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "apt-cache", "show", "bash").Output(); err != nil || len(out) == 0 {
		t.Skip("there is no apt with lists here")
	}
	script := shell.Script(packagesUnknownText, nil, "bash", "Aptfile line 1", "awk", "Aptfile line 2", "slipway-no-such-package", "Aptfile line 3")
	out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script).CombinedOutput()
	got := string(out)
	if err != nil || strings.Count(got, "\n") != 1 || !strings.Contains(got, "has no package slipway-no-such-package, which is asked for by Aptfile line 3") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestPackagesLook takes a name that an installed package provides for installed.
func TestPackagesLook(t *testing.T) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("there is no dpkg here")
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", shell.Script(packagesLookText, shell.Values{"late": "/nowhere", "unpacking": "/nowhere"}, "dpkg", "awk", "slipway-no-such-package")).Output()
	looked := shell.Fields(string(out))
	if err != nil || looked["dpkg"] != "installed" || looked["awk"] != "installed" || looked["slipway-no-such-package"] != "" {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestNoPackagesOfTheApp has nothing to explain for an app that asks for nothing.
func TestNoPackagesOfTheApp(t *testing.T) {
	p := example.Plan(t)
	p.App.Packages = nil
	if got := namesOfOthers(p); got != nil {
		t.Errorf("got %q", got)
	}
}

// TestInterruptedPackages has a stand-in for dpkg-query that prints what dpkg's is about packages in
// each of their states, and files in which the functions of apt keep what is left to do.
func TestInterruptedPackages(t *testing.T) {
	const installed = "package nginx installed ok httpd, httpd-cgi\npackage old config-files ok \n"
	for name, c := range map[string]struct {
		listed, left string
		want         string
	}{
		"installed":       {installed, "", "nginx installed\n"},
		"by another name": {"package angie installed ok nginx (= 1.2), httpd\n", "", "nginx installed\n"},
		"twice":           {installed + installed, "", "nginx installed\n"},
		"none":            {"", "", ""},
		"unpacked":        {installed + "package curl unpacked ok \n", "", "nginx installed\ndpkg interrupted\n"},
		"half configured": {"package nginx half-configured ok httpd\n", "", "dpkg interrupted\n"},
		"broken":          {"package nginx installed reinstreq httpd\n", "", "nginx installed\ndpkg interrupted\n"},
		"started late":    {installed, "late", "nginx installed\ndpkg interrupted\n"},
		"still unpacking": {installed, "unpacking", "nginx installed\ndpkg interrupted\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string, mode os.FileMode) {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
					t.Fatal(err)
				}
			}
			write("dpkg-query", "#!/bin/sh\nprintf %s "+shell.Quote(c.listed)+"\n", 0o700)
			if c.left != "" {
				write(c.left, "", 0o600)
			}
			cmd := exec.Command("/bin/sh", "-c", shell.Script(packagesLookText, shell.Values{"late": dir + "/late", "unpacking": dir + "/unpacking"}, "nginx", "curl"))
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			if out, err := cmd.Output(); err != nil || string(out) != c.want {
				t.Errorf("got %q, %v, want %q", out, err, c.want)
			}
		})
	}
	look := Packages.Look(example.Plan(t))
	for _, file := range []string{shell.AptLate, shell.AptUnpacking} {
		if !strings.Contains(look, "="+file+"\n") {
			t.Errorf("the look does not look for %s", file)
		}
	}
}
