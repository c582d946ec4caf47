package appplatform

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

func input() SpecInput {
	return SpecInput{
		Name: AppName("shop", "slipway-shop-1"), Tag: "slipway-shop-1", Region: "fra", Size: "apps-s-1vcpu-1gb",
		Registry: "acme", Repository: AppName("shop", "slipway-shop-1"), Release: "0123456789ab",
		Command: []string{"gunicorn", "--bind", "0.0.0.0:8000", "shop.wsgi"}, First: true,
		App: providers.App{
			Processes: map[string]string{"worker": "celery -A shop worker", "Beat_1": "celery -A shop beat", "off": "true"},
			Counts:    map[string]int{"web": 3, "worker": 2, "off": 0},
			Init:      "python init.py", ReleaseCommand: "python manage.py migrate", Stop: 45 * time.Second,
			HostVariable: func(hosts []string) (string, string) { return "ALLOWED_HOSTS", strings.Join(hosts, ",") },
			Health:       providers.Health{Path: "/it's", Within: 2 * time.Minute},
			ServiceNames: []providers.ServiceName{{Variable: "DB_HOST", Kind: "postgres", Part: providers.PartHost},
				{Variable: "ASYNC", Kind: "postgres", Part: providers.PartURL, Scheme: "postgresql+asyncpg"}},
		},
		Domains: []string{"shop.example.com", "www.example.com"}, Zones: map[string]string{"shop.example.com": "example.com"},
		Variables: map[string]string{"SECRET_KEY": "s3cret", "PORT": "1", TagVariable: "other"}, Digests: map[string]string{"SECRET_KEY": "ab"},
		Services: []DatabaseBinding{{Kind: "postgres", Engine: godo.AppDatabaseSpecEngine_PG, Version: "17", Cluster: "c", Database: "shop", User: "shop"}},
	}
}

func valueOf(t *testing.T, s *godo.AppSpec, name string) (string, godo.AppVariableType) {
	t.Helper()
	for _, v := range s.Envs {
		if v.Key == name {
			return v.Value, v.Type
		}
	}
	return "", ""
}

func TestAppSpecVariables(t *testing.T) {
	s := AppSpec(input())
	for name, want := range map[string]string{
		TagVariable: "slipway-shop-1", ReleaseVariable: "0123456789ab", digestsVariable: "SECRET_KEY=ab", "PORT": "8000", "FORWARDED_ALLOW_IPS": "*",
		"DATABASE_URL": "${postgres.DATABASE_URL}", "DB_HOST": "${postgres.HOSTNAME}", "PGSSLMODE": "require",
		"ASYNC":         "postgresql+asyncpg://${postgres.USERNAME}:${postgres.PASSWORD}@${postgres.HOSTNAME}:${postgres.PORT}/${postgres.DATABASE}",
		"ALLOWED_HOSTS": "shop.example.com,www.example.com,${APP_DOMAIN},localhost,127.0.0.1",
	} {
		if have, kind := valueOf(t, s, name); have != want || kind != godo.AppVariableType_General {
			t.Errorf("%s is %q, %s; want %q", name, have, kind, want)
		}
	}
	if have, kind := valueOf(t, s, "SECRET_KEY"); have != "s3cret" || kind != godo.AppVariableType_Secret {
		t.Errorf("SECRET_KEY is %q, %s", have, kind)
	}
}

func TestAppSpecComponents(t *testing.T) {
	s := AppSpec(input())
	web := s.Services[0]
	if web.InstanceCount != 3 || web.Autoscaling != nil || web.HTTPPort != 8000 || web.Termination.GracePeriodSeconds != 45 {
		t.Errorf("web is %+v", web)
	}
	if c := web.HealthCheck; c.HTTPPath != "/it's" || c.Port != 8001 || c.PeriodSeconds*c.FailureThreshold != 120 {
		t.Errorf("the health check is %+v", c)
	}
	if len(s.Workers) != 2 || s.Workers[0].Name != ComponentOf("Beat_1") || s.Workers[1].InstanceCount != 2 {
		t.Errorf("the workers are %+v", s.Workers)
	}
	if job := s.Jobs[0]; job.Kind != godo.AppJobSpecKind_PreDeploy || job.RunCommand != shellCommand(input().certified("set -e\npython init.py\npython manage.py migrate")) {
		t.Errorf("the job is %+v", job)
	}
	if s.Domains[0].Zone != "example.com" || s.Domains[0].Type != "PRIMARY" || s.Domains[1].Zone != "" || s.Domains[1].Type != "ALIAS" {
		t.Errorf("the domains are %+v", s.Domains)
	}
	if again, err := json.Marshal(AppSpec(input())); err != nil || string(again) != text(t, s) {
		t.Errorf("the same input gives another spec: %s, %v", again, err)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAppSpecFollowsTheLoad(t *testing.T) {
	in := input()
	in.App.MostWeb, in.First, in.Command = 10, false, nil
	s := AppSpec(in)
	web := s.Services[0]
	if web.InstanceCount != 0 || web.Autoscaling.MinInstanceCount != 3 || web.Autoscaling.MaxInstanceCount != 10 || web.Autoscaling.Metrics.CPU.Percent != 70 {
		t.Errorf("web is %+v", web)
	}
	if web.RunCommand != "" || web.HealthCheck.Port != 0 {
		t.Errorf("without its command the app is asked at another port: %+v", web.HealthCheck)
	}
	if s.Jobs[0].RunCommand != shellCommand(input().certified("python manage.py migrate")) {
		t.Errorf("the job runs %q", s.Jobs[0].RunCommand)
	}
	in.App.ReleaseCommand = ""
	if s := AppSpec(in); len(s.Jobs) > 0 {
		t.Errorf("a job without a command: %+v", s.Jobs[0])
	}
}

func TestWebCommandIsShell(t *testing.T) {
	command := AppSpec(input()).Services[0].RunCommand
	if !strings.HasPrefix(command, "/bin/sh -c '") || !strings.HasSuffix(command, " 0 gunicorn --bind 0.0.0.0:8000 shop.wsgi") {
		t.Errorf("the command is %q", command)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", command).CombinedOutput(); err != nil {
		t.Errorf("sh: %v: %s", err, out)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"shop", "x", "7up", "", "Ünïcode shop", "a-very-long-name-of-a-shop-indeed", "-"} {
		if made := AppName(name, "tag"); !componentName.MatchString(made) {
			t.Errorf("%q gives %q", name, made)
		}
	}
	if AppName("shop", "a") == AppName("shop", "b") {
		t.Error("two tags give one name")
	}
	seen := map[string]string{}
	for _, process := range []string{"worker", "a", "a_b", "a-b", "A-b", "7", "postgres", "release", strings.Repeat("long", 20)} {
		made := ComponentOf(process)
		if !componentName.MatchString(made) || seen[made] != "" || reserved[made] || made == webComponent {
			t.Errorf("%q gives %q, as does %q", process, made, seen[made])
		}
		seen[made] = process
	}
}

// TestTheCAIsKept: a component has the databases' certificates in the files that client
// libraries read; of PostgreSQL there is no file where there is no certificate.
func TestTheCAIsKept(t *testing.T) {
	const ca = "-----BEGIN CERTIFICATE-----\nab+/=\n-----END CERTIFICATE-----\n"
	in := input()
	in.Services = append(in.Services, DatabaseBinding{Kind: "redis"})
	for given, want := range map[string]string{ca: ca + "\n", "${postgres.CA_CERT}": ""} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "system"), []byte("of the system\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		line := strings.NewReplacer(systemTrust, dir+"/system", postgresFile, dir+"/postgres", trustFile, dir+"/trusted").Replace(in.certified("echo on"))
		for range 2 { // an instance may start again
			sh := exec.CommandContext(t.Context(), "sh", "-ec", line)
			sh.Env = append(os.Environ(), postgresCA+"="+given, redisCA+"="+given)
			if out, err := sh.CombinedOutput(); err != nil || string(out) != "on\n" {
				t.Errorf("it printed %q, %v", out, err)
			}
		}
		for file, want := range map[string]string{"postgres": want, "trusted": "of the system\n" + want} {
			if kept, _ := os.ReadFile(filepath.Join(dir, file)); string(kept) != want { // no file has nothing
				t.Errorf("of %q %s has %q", given, file, kept)
			}
		}
	}
	in.Services = nil
	if got := in.certified("x"); got != "x" {
		t.Errorf("without a database it is %q", got)
	}
}
