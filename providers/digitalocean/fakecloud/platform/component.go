package platform

import (
	"cmp"
	"time"

	"github.com/digitalocean/godo"
)

// The kinds of components, as the API writes them.
const (
	service = "SERVICE"
	worker  = "WORKER"
	job     = "JOB"
)

// component is a component of a spec, as it is run.
type component struct {
	kind, name, size, command string
	// jobKind is when a job runs.
	jobKind godo.AppJobSpecKind
	image   *godo.ImageSourceSpec
	// env are its variables, as the engine takes them.
	env        map[string]string
	count      int
	scaling    *godo.AppAutoscalingSpec
	port       int64
	health     *godo.AppServiceSpecHealthCheck
	drain      time.Duration
	grace      time.Duration
	deployment string
}

// seconds are a number of them, or another one if it is 0.
func seconds[N ~int32 | ~int64](given, otherwise N) time.Duration {
	return time.Duration(cmp.Or(given, otherwise)) * time.Second
}

// components are those of a spec. Numbers that it leaves open are App Platform's own.
func components(spec *godo.AppSpec, deployment string) []component {
	var all []component
	env := func(own []*godo.AppVariableDefinition) map[string]string {
		values := map[string]string{}
		for _, some := range [][]*godo.AppVariableDefinition{spec.Envs, own} {
			for _, v := range some {
				if v.Scope != godo.AppVariableScope_BuildTime {
					values[v.Key] = v.Value
				}
			}
		}
		return values
	}
	for _, s := range spec.Services {
		one := component{
			kind: service, name: s.Name, size: s.InstanceSizeSlug, command: s.RunCommand, image: s.Image, env: env(s.Envs),
			count: int(s.InstanceCount), scaling: s.Autoscaling, port: cmp.Or(s.HTTPPort, 8080), health: s.HealthCheck,
			drain: 15 * time.Second, grace: 2 * time.Minute,
		}
		if t := s.Termination; t != nil {
			one.drain, one.grace = seconds(t.DrainSeconds, 15), seconds(t.GracePeriodSeconds, 120)
		}
		all = append(all, one)
	}
	for _, w := range spec.Workers {
		one := component{
			kind: worker, name: w.Name, size: w.InstanceSizeSlug, command: w.RunCommand, image: w.Image, env: env(w.Envs),
			count: int(w.InstanceCount), scaling: w.Autoscaling, grace: 2 * time.Minute,
		}
		if t := w.Termination; t != nil {
			one.grace = seconds(t.GracePeriodSeconds, 120)
		}
		all = append(all, one)
	}
	for _, j := range spec.Jobs {
		one := component{
			kind: job, jobKind: j.Kind, name: j.Name, size: j.InstanceSizeSlug, command: j.RunCommand, image: j.Image, env: env(j.Envs),
			grace: 2 * time.Minute,
		}
		all = append(all, one)
	}
	for i := range all {
		all[i].deployment = deployment
		if s := all[i].scaling; s != nil {
			all[i].count = int(s.MinInstanceCount)
		}
	}
	return all
}

// jobsOf are the jobs of a kind.
func jobsOf(all []component, kind godo.AppJobSpecKind) []component {
	var found []component
	for _, c := range all {
		if c.kind == job && c.jobKind == kind {
			found = append(found, c)
		}
	}
	return found
}
