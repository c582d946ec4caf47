package appplatform

import (
	_ "embed"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
	"github.com/digitalocean/godo"

	"slipway/providers"
)

// webPort is where an image's own command serves the app.
const webPort = 8000

// healthPort is where the program that asks the app for its health answers.
const healthPort = 8001

// SpecInput is what the spec of an app is made of.
type SpecInput struct {
	// Name is the app's at App Platform, as [AppName] makes it.
	Name string
	// Tag is the deployment's; it is in the spec if it is not empty.
	Tag string
	// Region is one of App Platform's: "fra". Empty is the nearest.
	Region string
	// Size is the slug of the instances' size: "apps-s-1vcpu-0.5gb".
	Size string
	// Registry is the name of the account's container registry, for people: App Platform
	// knows which it is. Repository is the image's place in it.
	Registry, Repository string
	// Release names the app's release, and is the image's tag.
	Release string
	// App is the release itself. Its Archive is not read.
	App providers.App
	// Command are the words with which the image serves the app. Without them App
	// Platform asks the app's port itself for its health, and takes 200 to 399 as such.
	Command []string
	// First is set as long as no release of the app had traffic.
	First bool
	// Domains are the names under which visitors reach the app, the first one before all.
	// Zones are those of them that DigitalOcean's DNS has in this account.
	Domains []string
	Zones   map[string]string
	// Ingress is the name that App Platform gave the app, once it is known.
	Ingress string
	// Variables are the app's own, by name: values, or what App Platform gave in their
	// place (EV[…]). They are secret. Digests are what tells one value from another.
	Variables map[string]string
	Digests   map[string]string
	// Services are the databases beside the app.
	Services []DatabaseBinding
}

// String leaves the variables out.
func (in SpecInput) String() string { return "the spec of " + in.Name }

// GoString leaves the variables out.
func (in SpecInput) GoString() string { return in.String() }

// LogValue leaves the variables out.
func (in SpecInput) LogValue() slog.Value { return slog.StringValue(in.String()) }

// MarshalText leaves the variables out.
func (in SpecInput) MarshalText() ([]byte, error) { return []byte(in.String()), nil }

// AppSpec is the spec with which App Platform runs an app. The same input gives the same
// spec.
func AppSpec(in SpecInput) *godo.AppSpec {
	s := &godo.AppSpec{
		Name: in.Name, Region: in.Region, Envs: in.variables(),
		Services: []*godo.AppServiceSpec{in.web()},
		Alerts: []*godo.AppAlertSpec{
			{Rule: godo.AppAlertSpecRule_DeploymentFailed}, {Rule: godo.AppAlertSpecRule_DomainFailed},
		},
	}
	for _, process := range slices.Sorted(maps.Keys(in.App.Processes)) {
		if n := in.count(process); n > 0 {
			s.Workers = append(s.Workers, in.worker(process, n))
		}
	}
	if line := in.preparation(); line != "" {
		s.Jobs = []*godo.AppJobSpec{{
			Name: releaseComponent, Kind: godo.AppJobSpecKind_PreDeploy, Image: in.image(), RunCommand: shellCommand(in.certified(line)),
			InstanceSizeSlug: in.Size, InstanceCount: 1,
		}}
	}
	for _, b := range in.Services {
		s.Databases = append(s.Databases, b.spec())
	}
	for i, name := range in.Domains {
		d := &godo.AppDomainSpec{Domain: name, Type: godo.AppDomainSpecType_Alias, Zone: in.Zones[name]}
		if i == 0 {
			d.Type = godo.AppDomainSpecType_Primary
		}
		s.Domains = append(s.Domains, d)
	}
	return s
}

func (in SpecInput) image() *godo.ImageSourceSpec {
	return &godo.ImageSourceSpec{RegistryType: godo.ImageSourceSpecRegistryType_DOCR, Repository: in.Repository, Tag: in.Release}
}

// count is how many of a process run.
func (in SpecInput) count(process string) int64 {
	n, ok := in.App.Counts[process]
	switch {
	case !ok:
		return 1
	case process == webComponent:
		return int64(max(n, 1))
	}
	return int64(max(n, 0))
}

// autoscaleCPU is the part of their processors, in percent, that instances are to use on
// average where their number follows the load.
const autoscaleCPU = 70

func (in SpecInput) web() *godo.AppServiceSpec {
	web := &godo.AppServiceSpec{
		Name: webComponent, Image: in.image(), InstanceSizeSlug: in.Size, HTTPPort: webPort,
		RunCommand: in.webCommand(), HealthCheck: in.healthCheck(),
		// How long the load balancer drains an instance before it is told to end is left to App
		// Platform.
		Termination: &godo.AppServiceSpecTermination{GracePeriodSeconds: in.grace()},
		Alerts:      loadAlerts(),
	}
	if least := in.count(webComponent); int64(in.App.MostWeb) > least {
		web.Autoscaling = &godo.AppAutoscalingSpec{
			MinInstanceCount: least, MaxInstanceCount: int64(in.App.MostWeb),
			Metrics: &godo.AppAutoscalingSpecMetrics{CPU: &godo.AppAutoscalingSpecMetricCPU{Percent: autoscaleCPU}},
		}
	} else {
		web.InstanceCount = least
	}
	return web
}

func (in SpecInput) worker(process string, count int64) *godo.AppWorkerSpec {
	return &godo.AppWorkerSpec{
		Name: ComponentOf(process), Image: in.image(), RunCommand: shellCommand(in.certified(in.App.Processes[process])),
		InstanceSizeSlug: in.Size, InstanceCount: count,
		Termination: &godo.AppWorkerSpecTermination{GracePeriodSeconds: in.grace()},
		Alerts:      loadAlerts(),
	}
}

// initializes tells whether the spec makes the tables of the app's database.
func (in SpecInput) initializes() bool { return in.First && in.App.Init != "" }

// preparation is what runs before a release takes the traffic; "" if nothing does.
func (in SpecInput) preparation() string {
	var lines []string
	if in.initializes() {
		lines = append(lines, in.App.Init)
	}
	if in.App.ReleaseCommand != "" {
		lines = append(lines, in.App.ReleaseCommand)
	}
	if len(lines) < 2 {
		return strings.Join(lines, "")
	}
	// Each is a line of its own, so it may have && and a comment at its end.
	return "set -e\n" + strings.Join(lines, "\n")
}

//go:embed health.py
var healthText string

// besideText runs a program in Python and then, in its own place, a command.
var besideText = fmt.Sprintf(`python3 -I -S -c "$0" %d %d "$1" "$2" & shift 2; exec "$@"`, healthPort, webPort)

// shellCommand runs a line for sh. App Platform itself promises no shell.
func shellCommand(line string) string {
	return shellescape.QuoteCommand([]string{"/bin/sh", "-c", line})
}

// webCommand serves the app, with a program beside it that asks it for its health: App
// Platform's own check comes with the instance's address as the host, which an app may
// refuse, and takes no other status than 200 to 399.
func (in SpecInput) webCommand() string {
	if len(in.Command) == 0 {
		return ""
	}
	words := []string{"/bin/sh", "-c", in.certified(besideText), healthText, in.healthPath(), strconv.Itoa(in.App.Health.Status)}
	return shellescape.QuoteCommand(append(words, in.Command...))
}

func (in SpecInput) healthPath() string {
	if in.App.Health.Path == "" {
		return "/"
	}
	return in.App.Health.Path
}

// healthEvery is how many seconds are between two checks of an instance.
const healthEvery = 5

// healthCheck gives a new instance as long as the app wants to become healthy.
func (in SpecInput) healthCheck() *godo.AppServiceSpecHealthCheck {
	const shortest, most = 3, 50
	within := in.App.Health.Within
	if within <= 0 {
		within = time.Minute
	}
	every := max(healthEvery, ceiling(within.Seconds()/most))
	check := &godo.AppServiceSpecHealthCheck{
		HTTPPath: in.healthPath(), PeriodSeconds: every, TimeoutSeconds: healthEvery,
		FailureThreshold: min(max(ceiling(within.Seconds()/float64(every)), shortest), most),
	}
	if len(in.Command) > 0 {
		check.Port = healthPort
	}
	return check
}

func ceiling(x float64) int32 { return int32(math.Ceil(x)) }

// grace is how many seconds a process may take to end, within App Platform's bounds.
func (in SpecInput) grace() int32 {
	const longest, usual = 600, 30
	if in.App.Stop <= 0 {
		return usual
	}
	return min(max(ceiling(in.App.Stop.Seconds()), 1), longest)
}

// loadAlerts are the mails that the account gets of a component.
func loadAlerts() []*godo.AppAlertSpec {
	const much, restarts = 90, 3
	above := godo.AppAlertSpecOperator_GreaterThan
	return []*godo.AppAlertSpec{
		{Rule: godo.AppAlertSpecRule_CPUUtilization, Operator: above, Value: much, Window: godo.AppAlertSpecWindow_TenMinutes},
		{Rule: godo.AppAlertSpecRule_MemUtilization, Operator: above, Value: much, Window: godo.AppAlertSpecWindow_TenMinutes},
		{Rule: godo.AppAlertSpecRule_RestartCount, Operator: above, Value: restarts, Window: godo.AppAlertSpecWindow_TenMinutes},
	}
}
