package docker

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/system"

	"slipway/providers"
)

func TestMemory(t *testing.T) {
	for size, want := range map[string]int64{"": 1 << 30, "2g": 2 << 30, "512m": 512 << 20, "1.5g": 3 << 29} {
		got, err := memoryOf(size)
		if err != nil || got != want {
			t.Errorf("%q: %d, %v", size, got, err)
		}
		if again, err := memoryOf(shownMemory(got)); err != nil || again != got {
			t.Errorf("%q is shown as %s", size, shownMemory(got))
		}
	}
	for _, size := range []string{"s-1vcpu-1gb", "-1g", "0", "10m", "1 potato"} {
		_, err := memoryOf(size)
		if usage, ok := errors.AsType[*providers.Usage](err); !ok || usage.Next == "" {
			t.Errorf("%q: %v", size, err)
		}
	}
}

// TestCheckSpec: a setting of another provider is refused in one sentence.
func TestCheckSpec(t *testing.T) {
	good := providers.Spec{Name: "shop", Tag: "slipway-shop-1"}
	if err := checkSpec(good); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*providers.Spec){
		func(s *providers.Spec) { s.Region = "fra1" },
		func(s *providers.Spec) { s.Image = "debian-13" },
		func(s *providers.Spec) { s.Size = "basic" },
	} {
		spec := good
		change(&spec)
		if usage, ok := errors.AsType[*providers.Usage](checkSpec(spec)); !ok || usage.Next == "" {
			t.Errorf("%+v: %v", spec, usage)
		}
	}
}

// TestSettings: the same settings have the same label, and it can be read again.
func TestSettings(t *testing.T) {
	app := providers.App{Processes: map[string]string{"b": "x", "a": "y"}, Counts: map[string]int{"a": 0, "web": 0}, Data: []string{"/a"}}
	s, err := settingsOf(providers.Spec{}, app)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readSettings(s.text())
	if err != nil || again.text() != s.text() {
		t.Errorf("%s is read as %s, %v", s.text(), again.text(), err)
	}
	if s.count("web") != 1 || s.count("a") != 0 || s.count("b") != 1 || s.Path != "/" {
		t.Errorf("got %+v", s)
	}
	empty, err := settingsOf(providers.Spec{}, providers.App{Processes: map[string]string{}, Counts: map[string]int{}})
	none, noneErr := settingsOf(providers.Spec{}, providers.App{})
	if err != nil || noneErr != nil || empty.text() != none.text() {
		t.Errorf("%s is not %s", empty.text(), none.text())
	}
	if _, err := readSettings("{"); err == nil {
		t.Error("half a label can be read")
	}
}

// TestEnvironment: own variables win over those of databases, and nothing wins over the
// port; which ones are the app's own can be told from a container.
func TestEnvironment(t *testing.T) {
	own := map[string]string{"DATABASE_URL": "mine", "PORT": "9000", "EMPTY": ""}
	r := release{variables: own, connections: map[string]string{"DATABASE_URL": "theirs", "REDIS_URL": "r"}}
	env := r.environment()
	if want := []string{"DATABASE_URL=mine", "EMPTY=", "PORT=8000", "REDIS_URL=r"}; !slices.Equal(env, want) {
		t.Errorf("got %v", env)
	}
	back := ownVariables(append([]string{"PATH=/bin"}, env...), r.names())
	if want := map[string]string{"DATABASE_URL": "mine", "PORT": "8000", "EMPTY": ""}; !maps.Equal(back, want) {
		t.Errorf("got %v", back)
	}
	if none := ownVariables([]string{"=x", "A=b"}, ""); len(none) != 0 {
		t.Errorf("got %v", none)
	}
}

func TestNames(t *testing.T) {
	spec := providers.Spec{Tag: "slipway-shop-1"}
	long := dataVolume(spec, "/app/"+strings.Repeat("Ä long/", 40))
	if len(long) > 100 || dataVolume(spec, "/app/a-b") == dataVolume(spec, "/app/a/b") {
		t.Errorf("volumes: %s", long)
	}
	taken := map[string]bool{"web": true, "web-2": true}
	if got := freeName("web", taken); got != "web-3" {
		t.Errorf("got %s", got)
	}
}

// TestOwnAddresses: only an engine that shares this computer's network can publish on
// an address of the deployment's own.
func TestOwnAddresses(t *testing.T) {
	debian := system.Info{OperatingSystem: "Debian GNU/Linux 13 (trixie)", SecurityOptions: []string{"name=seccomp,profile=default"}}
	desktop := system.Info{OperatingSystem: "Docker Desktop"}
	rootless := system.Info{OperatingSystem: "Debian GNU/Linux 13 (trixie)", SecurityOptions: []string{"name=rootless"}}
	if !ownAddresses(debian, "linux") || ownAddresses(debian, "darwin") || ownAddresses(desktop, "linux") || ownAddresses(rootless, "linux") {
		t.Error("the wrong engines have addresses of their own")
	}
}

// TestSecretIn: a database's password is found where it is, and not in a variable of the
// app's that has the same name.
func TestSecretIn(t *testing.T) {
	db, err := databaseOf("postgres")
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string, env ...string) container.InspectResponse {
		return container.InspectResponse{Name: "/" + name, Config: &container.Config{Env: env}}
	}
	for _, c := range []struct {
		in   container.InspectResponse
		want string
	}{
		{named("t-service-postgres", "POSTGRES_PASSWORD=p"), "p"},
		{named("t-web-one", "POSTGRES_PASSWORD=other", "DATABASE_URL=postgresql://app:p@t-service-postgres:5432/app"), "p"},
		{named("t-web-one", "POSTGRES_PASSWORD=other", "DATABASE_URL=postgresql://app:p@elsewhere/app", "X=%zz"), ""},
	} {
		if got := secretIn(c.in, db, "t-service-postgres"); got != c.want {
			t.Errorf("%v: %q", c.in.Config.Env, got)
		}
	}
	if _, err := databaseOf("oracle"); err == nil {
		t.Error("an unknown database is none")
	}
}
