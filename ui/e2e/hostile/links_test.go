//go:build linux

package hostile

import (
	"net/http"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// deep is deeper than a release's folder is below "/".
const deep = "a/b/c/d/e/f/g/h/i"

// chain is a link that leads out of the folder, once the link on its way is followed;
// by its words alone it stays inside.
func chain(link, target string) files {
	up := strings.Repeat("../", strings.Count(deep, "/")+1)
	return files{deep + "/hop": linkTo(strings.TrimSuffix(up, "/")), deep + "/x": "x",
		link: linkTo(deep + "/hop/" + strings.Repeat("../", 9) + target)}
}

// writesAtImport is the harmless app that does something in its state folder first.
func writesAtImport(lines ...string) files {
	return files{"app.py": "import os, subprocess\nS = os.environ['STATE_DIRECTORY']\n" + strings.Join(lines, "\n") + harmlessApp}
}

// linkAttacks are links that lead to where only root writes or reads.
var linkAttacks = []attack{
	{name: "a chain that is served", files: chain("out", "etc/slipway/variables").with("slipway.toml", "[app.static]\n\"/s/\" = \"out\"\n"), refused: "out", after: servesNoVariables},
	{name: "a chain that a build writes to", files: chain("out", "etc/cron.d").with("slipway.toml",
		"[app]\nbuild = \"echo '* * * * * root touch /etc/hostile' > out/hostile\"\nbuild-folders = [\"out\"]\n"), refused: "out"},
	{name: "a folder behind a chain that is served", files: chain("out", "etc").with("slipway.toml", "[app.static]\n\"/s/\" = \"out/slipway/variables\"\n"), refused: "out", after: servesNoVariables},
	{name: "a folder behind a chain that a build writes to", files: chain("out", "etc").with("slipway.toml",
		"[app]\nbuild = \"echo '* * * * * root touch /etc/hostile' > out/cron.d/hostile\"\nbuild-folders = [\"out/cron.d\"]\n"), refused: "out"},
	{name: "a folder behind a chain that is kept", files: chain("up", "etc").with("slipway.toml", "[app]\ndata = [\"up/slipway/\", \"up/sudoers.d/\"]\n"), refused: "up"},
	{name: "a chain that is kept", files: chain("up", "etc/ssh").with("slipway.toml", "[app]\ndata = [\"up/\"]\n"), refused: "up"},
	{name: "a chain that is a kept file", files: chain("up.db", "etc/shadow").with("slipway.toml", "[app]\ndata = [\"up.db\"]\n"), refused: "up.db"},
	{name: "a chain with nothing to do", files: chain("nothing", "etc/shadow"), refused: "nothing"},
	{name: "an absolute link", files: files{"x": linkTo("/etc/shadow")}, refused: "x is a symbolic link to /etc/shadow", must: "refuse"},
	{name: "a link to itself", files: files{"x": linkTo("x")}, refused: "x"},
	{name: "a link inside", files: files{"conf/real.txt": "x", "conf/x.txt": linkTo("real.txt"), "y": linkTo("conf/../conf/x.txt")}, must: "deploy"},
	{name: "a build leaves links in what is served", files: settings("[app]", `build = "mkdir -p dist/a && ln -s /etc/slipway/variables dist/v && ln -s /etc dist/a/e && cp -a /etc/hostname dist/n"`,
		`build-folders = ["dist"]`, "[app.static]", `"/s/" = "dist"`).with("dist/x", "x"), after: servesNoVariables},
	{name: "a build leaves a link in the place of what is served", files: settings("[app]", `build = "rm -rf out/dist && ln -s /etc out/dist"`, `build-folders = ["out"]`,
		"[app.static]", `"/s/" = "out/dist"`).with("out/dist/x", "x"), after: servesNoVariables},
	{name: "a build leaves a link in the place of a nested folder", files: settings("[app]", `build = "rm -rf out/dist && ln -s /etc/cron.d out/dist"`,
		`build-folders = ["out", "out/dist"]`).with("out/dist/x", "x")},
	{name: "a build leaves a hard link and a program of root's mode", files: settings("[app]", `build = "cp /bin/sh out/sh; chmod 6755 out/sh; ln /etc/passwd out/passwd; true"`,
		`build-folders = ["out"]`).with("out/x", "x")},
	{name: "the app puts links among what is kept", files: writesAtImport(
		"os.makedirs(S + '/kept/media', exist_ok=True)", "os.path.lexists(S + '/kept/media/v') or os.symlink('/etc/slipway/variables', S + '/kept/media/v')",
		"os.path.lexists(S + '/kept/media/p') or os.symlink('/etc/passwd', S + '/kept/media/p')").
		with("slipway.toml", "[app]\ndata = [\"media/\"]\n").with("media/x", "x"), after: again},
	{name: "the app puts a link in the place of what is kept", files: writesAtImport(
		"subprocess.run(['sh', '-c', 'cd \"$0\" && chmod -R u+w kept; rm -rf kept; mkdir kept; ln -s /etc kept/up; ln -s /etc/passwd kept/up.db', S])").
		with("slipway.toml", "[app]\ndata = [\"up/\", \"up.db\"]\n").with("up/x", "x").with("up.db", "x"), after: again},
	{name: "the app puts a link in the place of the folder of what is kept", files: writesAtImport(
		"subprocess.run(['sh', '-c', 'cd \"$0\" && chmod -R u+w kept; rm -rf kept; ln -s /etc kept', S])").
		with("slipway.toml", "[app]\ndata = [\"cron.d/\", \"passwd.db\"]\n").with("cron.d/x", "x"), after: again},
}

// again deploys once more what an app has by now put in its state folder.
func again(t *testing.T, o *e2e.Operator, r result) {
	if r.Code != 0 {
		t.Logf("exit %d:\n%s", r.Code, r.Stderr)
	}
	second := run(t, o, "--yes", "--name", name, folder(t, writesAtImport("pass").
		with("slipway.toml", "[app]\ndata = [\"media/\", \"up/\", \"up.db\", \"cron.d/\", \"passwd.db\"]\n").with("cron.d/evil", "* * * * * root touch /etc/hostile\n").with("up/evil", "x")))
	t.Logf("once more: exit %d", second.Code)
	for _, path := range []string{"/media/p", "/media/v/"} {
		if status, body := e2e.Ask(t, strings.TrimSuffix(urlFrom(o), "/")+path); strings.Contains(body, "root:") {
			t.Errorf("%s is served with status %d", path, status)
		}
	}
	// What the app made of its folders is not what the next attack is about.
	o.Root(name, "systemctl stop '"+user+"-*.service' '"+user+"-*.socket'; rm -rf /var/lib/"+user+"/kept")
	if r := run(t, o, "--yes", "--name", name, folder(t, nil)); r.Code != 0 {
		t.Errorf("the harmless app does not come up again: exit %d\n%s", r.Code, r.Stderr)
	}
}

// urlFrom is the address of the deployment's server.
func urlFrom(o *e2e.Operator) string {
	record, err := o.State().Read(name)
	if err != nil {
		o.T.Fatal(err)
	}
	return "http://" + record.Server.Address
}

// servesNoVariables asks nginx for what only root reads.
func servesNoVariables(t *testing.T, o *e2e.Operator, _ result) {
	release := o.Root(name, "basename $(readlink /srv/"+user+"/current)")
	for _, path := range []string{"/s/" + release + ".env", "/s/v/" + release + ".env", "/s/passwd", "/s/hostname", "/s/a/e/passwd", "/s/n/"} {
		status, body := e2e.Ask(t, urlFrom(o)+path)
		if strings.Contains(body, secret) && !strings.Contains(body, `"environ"`) || strings.Contains(body, "root:") {
			t.Errorf("%s is served with status %d: %q", path, status, body)
		}
	}
	if status, _ := e2e.Ask(t, urlFrom(o)+"/"); status != http.StatusOK {
		t.Logf("the front page has status %d", status)
	}
}
