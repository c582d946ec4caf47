package steps

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"
	"github.com/digitalocean/godo"
	"go.yaml.in/yaml/v3"

	"slipway/providers/appplatform"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/image"
	"slipway/steps/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// ejectable is the plan of an app on App Platform, which has a variable in its environment.
func ejectable(t *testing.T, folder, sample string, flags map[string]string) plan.Plan {
	t.Helper()
	asked := plan.Asked{Folder: folder, Sample: sample, Env: []string{"API_KEY=hunter2"}, Flags: map[string]string{plan.KeyProvider: plan.ProviderAppPlatform},
		Getenv: func(string) string { return "" }}
	maps.Copy(asked.Flags, flags)
	p, err := plan.Make(t.Context(), asked, state.Home{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// specOf is the text of the spec among an app's files.
func specOf(t *testing.T, p plan.Plan) string {
	t.Helper()
	files, err := AppPlatformFiles(p, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	spec, names := "", []string{}
	for _, f := range files {
		names = append(names, f.Path)
		if f.Path == AppSpecFile {
			spec = f.Content
		}
	}
	if all := strings.Join(names, " "); strings.Contains(all, image.Compose) || !strings.Contains(all, image.Dockerfile) || !strings.Contains(all, image.Dockerignore) {
		t.Errorf("the files are %s", all)
	}
	return spec
}

// TestAppSpecFile compares the specs of apps with files that were read and found good, and
// reads each as doctl does.
func TestAppSpecFile(t *testing.T) {
	const shapes = "../ui/e2e/shapes/testdata/"
	for name, test := range map[string]struct {
		folder, sample string
		flags          map[string]string
	}{
		"hello": {sample: "hello"},
		"procfile": {folder: shapes + "procfile", flags: map[string]string{plan.KeyService: "postgres,mariadb,redis", plan.KeyInstances: "2..10",
			plan.KeyRegion: "fra1", plan.KeyDomain: "shop.example,www.shop.example"}},
	} {
		p := ejectable(t, test.folder, test.sample, test.flags)
		got := specOf(t, p)
		path := filepath.Join("testdata", "appspec", name+".yaml")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != got {
			t.Errorf("%s is not as it was (%v); if that is meant: go test ./steps -run AppSpecFile -update\ngot:\n%s", path, err, got)
		}
		if strings.Contains(got, "hunter2") || !strings.Contains(got, "#   API_KEY\n") {
			t.Errorf("%s: the variable is not only named", name)
		}
		in, err := specInput(p)
		if err != nil {
			t.Fatal(err)
		}
		in.Variables["API_KEY"] = ""
		if read := parsed(t, got); !reflect.DeepEqual(read, appplatform.AppSpec(in)) {
			t.Errorf("%s: read again it is %+v", name, read)
		}
	}
}

// parsed reads a spec as doctl does: by way of JSON, and with no key that is not known.
func parsed(t *testing.T, text string) *godo.AppSpec {
	t.Helper()
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	spec := &godo.AppSpec{}
	if err := decoder.Decode(spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// TestAppSpecIsTaken proposes specs to the simulated API, which holds them to its description.
func TestAppSpecIsTaken(t *testing.T) {
	cloud, err := fakecloud.New(fakecloud.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	client, err := godo.New(http.DefaultClient, godo.SetBaseURL(contract.Server(t, cloud).String()+"/"),
		godo.SetRequestHeaders(map[string]string{"Authorization": "Bearer x"}))
	if err != nil {
		t.Fatal(err)
	}
	for kind, engine := range map[string]string{"postgres": "pg", "mariadb": "mysql", "redis": "valkey"} {
		_, _, err := client.Databases.Create(t.Context(), &godo.DatabaseCreateRequest{Name: "procfile-" + kind, EngineSlug: engine, SizeSlug: smallestCluster, Region: "fra1", NumNodes: 1,
			Rules: []*godo.DatabaseCreateFirewallRule{}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, flags := range []map[string]string{
		nil, {plan.KeyInstances: "3", plan.KeyRegion: "ams3", plan.KeyDomain: "shop.example"}, {plan.KeyInstances: "2..4", plan.KeyService: "postgres,redis,mariadb"},
	} {
		spec := parsed(t, specOf(t, ejectable(t, "../ui/e2e/shapes/testdata/procfile", "", flags)))
		if _, _, err := client.Apps.Propose(t.Context(), &godo.AppProposeRequest{Spec: spec}); err != nil {
			t.Errorf("%v: %v", flags, err)
		}
	}
}

// TestAppSpecHostile: text of the app's files stays a text in the spec, and ends no comment.
func TestAppSpecHostile(t *testing.T) {
	p := ejectable(t, "", "hello", nil)
	for _, attack := range []string{"true", "null", "1e3", "~", "a: b # c", "- x", "a\nb: c", "'\"\\", "\t x ", "&a", "*a", "!!int 1", "a\r\nb", "\u2028x", "---\n", "\n\n  x\n"} {
		p.App.Processes = map[string]string{"worker": attack}
		p.App.Init = attack
		p.App.Needs = []app.Need{{Name: "SECRET_KEY", Source: "x"}, {Name: attack, Source: "x"}}
		text := specOf(t, p)
		if read := parsed(t, text); len(read.Workers) != 1 || read.Workers[0].RunCommand != shellescape.QuoteCommand([]string{"/bin/sh", "-c", attack}) {
			t.Errorf("%q became %q", attack, text)
		}
	}
}

// TestSpecSizes: an app gets the smallest size that does.
func TestSpecSizes(t *testing.T) {
	for instances, want := range map[string]string{"1": "apps-s-1vcpu-0.5gb", "3": "apps-s-1vcpu-1gb", "1..3": "apps-d-1vcpu-0.5gb"} {
		spec := parsed(t, specOf(t, ejectable(t, "", "hello", map[string]string{plan.KeyInstances: instances, plan.KeyName: "7"})))
		if spec.Services[0].InstanceSizeSlug != want || spec.Name != "app-7" {
			t.Errorf("%s instances: %s of %s", instances, spec.Services[0].InstanceSizeSlug, spec.Name)
		}
	}
}
