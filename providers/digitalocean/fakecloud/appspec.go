package fakecloud

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
)

// component is what a spec's services, workers and jobs have in common.
type component struct {
	kind, name, size string
	image            *godo.ImageSourceSpec
	envs             []*godo.AppVariableDefinition
	count            int64
	scaling          *godo.AppAutoscalingSpec
	preDeploy        bool
}

// The kinds of components, as the API writes them.
const (
	kindService = "SERVICE"
	kindWorker  = "WORKER"
	kindJob     = "JOB"
)

// components are a spec's, jobs that run before the deployment first.
func components(spec *godo.AppSpec) []component {
	var before, all []component
	for _, s := range spec.Services {
		all = append(all, component{
			kind: kindService, name: s.Name, size: s.InstanceSizeSlug, image: s.Image, envs: s.Envs, count: s.InstanceCount, scaling: s.Autoscaling,
		})
	}
	for _, w := range spec.Workers {
		all = append(all, component{
			kind: kindWorker, name: w.Name, size: w.InstanceSizeSlug, image: w.Image, envs: w.Envs, count: w.InstanceCount, scaling: w.Autoscaling,
		})
	}
	for _, j := range spec.Jobs {
		one := component{kind: kindJob, name: j.Name, size: j.InstanceSizeSlug, image: j.Image, envs: j.Envs, count: j.InstanceCount}
		if one.preDeploy = j.Kind == godo.AppJobSpecKind_PreDeploy; one.preDeploy {
			before = append(before, one)
			continue
		}
		all = append(all, one)
	}
	return append(before, all...)
}

var (
	componentName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}[a-z0-9]$`)
	variableName  = regexp.MustCompile(`^[_A-Za-z][_A-Za-z0-9]*$`)
	binding       = regexp.MustCompile(`\$\{([A-Za-z0-9_.-]+)\}`)
)

// refusesSpec says in the API's manner why a spec is not taken; "" if it is.
func (c *Cloud) refusesSpec(spec *godo.AppSpec) string {
	if !componentName.MatchString(spec.Name) {
		return fmt.Sprintf("field \"name\": %q does not match %s", spec.Name, componentName)
	}
	if spec.Region != "" {
		if r, known := c.appRegion(spec.Region); !known || r["disabled"] == true {
			return fmt.Sprintf("field \"region\": region %q is not available", spec.Region)
		}
	}
	names, all := map[string]bool{}, components(spec)
	if len(all) == 0 {
		return "an app must have at least one component"
	}
	for _, one := range all {
		if why := refusesComponent(one); why != "" {
			return why
		}
		if names[one.name] {
			return fmt.Sprintf("component name %q is used twice", one.name)
		}
		names[one.name] = true
	}
	for _, d := range spec.Databases {
		if names[d.Name] {
			return fmt.Sprintf("component name %q is used twice", d.Name)
		}
		names[d.Name] = true
		if d.Production && d.ClusterName == "" {
			return fmt.Sprintf("field \"databases.cluster_name\": database %q needs a cluster", d.Name)
		}
		if why := c.refusesDatabase(d); why != "" {
			return why
		}
	}
	return c.refusesVariables(spec, names)
}

func refusesComponent(one component) string {
	size, known := instanceSizeBySlug(one.size)
	switch {
	case !componentName.MatchString(one.name):
		return fmt.Sprintf("component name %q does not match %s", one.name, componentName)
	case one.image == nil:
		return fmt.Sprintf("component %q: the simulated cloud deploys images only", one.name)
	case one.image.RegistryType == godo.ImageSourceSpecRegistryType_DOCR && one.image.Registry != "":
		return fmt.Sprintf("component %q: field \"image.registry\" must be empty for DOCR", one.name)
	case one.image.Repository == "":
		return fmt.Sprintf("component %q: field \"image.repository\" is required", one.name)
	case one.image.Tag != "" && one.image.Digest != "":
		return fmt.Sprintf("component %q: only one of \"image.tag\" and \"image.digest\" can be set", one.name)
	case one.size != "" && !known:
		return fmt.Sprintf("component %q: instance size %q does not exist", one.name, one.size)
	case one.count < 0 || one.count > 250:
		return fmt.Sprintf("component %q: field \"instance_count\" must be from 1 to 250", one.name)
	case one.count > 1 && (size.Single || one.size == ""):
		return fmt.Sprintf("component %q: instance size %q supports one instance only", one.name, one.size)
	case one.scaling == nil:
		return ""
	case one.count > 0:
		return fmt.Sprintf("component %q: \"instance_count\" must not be set together with \"autoscaling\"", one.name)
	case !size.Dedicated:
		return fmt.Sprintf("component %q: instance size %q can't be scaled automatically: only dedicated sizes can", one.name, one.size)
	case one.scaling.MinInstanceCount < 1 || one.scaling.MaxInstanceCount < one.scaling.MinInstanceCount || one.scaling.MaxInstanceCount > 250:
		return fmt.Sprintf("component %q: autoscaling needs a least and a most number of instances", one.name)
	}
	return ""
}

// variables are all of a spec: the app's own and those of its components.
func variables(spec *godo.AppSpec) []*godo.AppVariableDefinition {
	all := slices.Clone(spec.Envs)
	for _, one := range components(spec) {
		all = append(all, one.envs...)
	}
	return all
}

func (c *Cloud) refusesVariables(spec *godo.AppSpec, names map[string]bool) string {
	for _, v := range variables(spec) {
		if !variableName.MatchString(v.Key) {
			return fmt.Sprintf("field \"envs.key\": %q does not match %s", v.Key, variableName)
		}
		if _, known := c.state.Secrets[v.Value]; encrypted(v) && !known {
			return fmt.Sprintf("field \"envs\": the encrypted value of %s can't be decrypted", v.Key)
		}
		for _, found := range binding.FindAllStringSubmatch(v.Value, -1) {
			of, _, dotted := strings.Cut(found[1], ".")
			if dotted && of != "_self" && !names[of] {
				return fmt.Sprintf("field \"envs\": %s refers to %q, which is no component", v.Key, of)
			}
		}
	}
	return ""
}

func encrypted(v *godo.AppVariableDefinition) bool {
	return v.Type == godo.AppVariableType_Secret && strings.HasPrefix(v.Value, "EV[")
}

// complete fills in what the API fills in.
func complete(spec *godo.AppSpec) {
	if spec.Region == "" {
		spec.Region = appRegions[0].Slug
	}
	for _, s := range spec.Services {
		s.HTTPPort = or(s.HTTPPort, 8080)
		s.InstanceSizeSlug = or(s.InstanceSizeSlug, instanceSizes[0].Slug)
		if s.Autoscaling == nil {
			s.InstanceCount = or(s.InstanceCount, 1)
		}
	}
	for _, w := range spec.Workers {
		w.InstanceSizeSlug = or(w.InstanceSizeSlug, instanceSizes[0].Slug)
		if w.Autoscaling == nil {
			w.InstanceCount = or(w.InstanceCount, 1)
		}
	}
	for _, j := range spec.Jobs {
		j.InstanceSizeSlug = or(j.InstanceSizeSlug, instanceSizes[0].Slug)
		j.InstanceCount, j.Kind = or(j.InstanceCount, 1), or(j.Kind, godo.AppJobSpecKind_PostDeploy)
	}
	for _, v := range variables(spec) {
		v.Scope = or(v.Scope, godo.AppVariableScope_RunAndBuildTime)
	}
	if spec.Ingress == nil && len(spec.Services) > 0 {
		root := "/"
		spec.Ingress = &godo.AppIngressSpec{Rules: []*godo.AppIngressSpecRule{{
			Match:     &godo.AppIngressSpecRuleMatch{Path: &godo.AppIngressSpecRuleStringMatch{Prefix: &root}},
			Component: &godo.AppIngressSpecRuleRoutingComponent{Name: spec.Services[0].Name},
		}}}
	}
}

func or[T comparable](given, otherwise T) T {
	var none T
	if given == none {
		return otherwise
	}
	return given
}

// encrypt replaces the secrets of a spec by what the API shows of them. A value that is
// encrypted already stays.
func (c *Cloud) encrypt(spec *godo.AppSpec) {
	for _, v := range variables(spec) {
		if v.Type != godo.AppVariableType_Secret || encrypted(v) || v.Value == "" {
			continue
		}
		hidden := make([]byte, 16)
		_, _ = rand.Read(hidden) // it never fails
		shown := "EV[1:" + rand.Text()[:24] + ":" + base64.StdEncoding.EncodeToString(hidden) + "]"
		if c.state.Secrets == nil {
			c.state.Secrets = map[string]string{}
		}
		c.state.Secrets[shown], v.Value = v.Value, shown
	}
}

// plain is a copy of an app's spec with the values that its containers see: secrets
// decrypted, references to other components resolved.
func (c *Cloud) plain(a *app, spec *godo.AppSpec) *godo.AppSpec {
	copied := copySpec(spec)
	values := map[string]string{
		"APP_ID": a.ID, "APP_URL": c.liveURL(a), "APP_DOMAIN": hostOf(c.liveURL(a)), "_self.PUBLIC_URL": c.liveURL(a),
	}
	for _, s := range spec.Services {
		values[s.Name+".PUBLIC_URL"] = c.liveURL(a)
		values[s.Name+".PRIVATE_DOMAIN"], values[s.Name+".PRIVATE_PORT"] = s.Name, fmt.Sprint(s.HTTPPort)
	}
	for _, d := range spec.Databases {
		for name, value := range c.databaseValues(d) {
			values[d.Name+"."+name] = value
		}
	}
	for _, v := range variables(copied) {
		if secret, known := c.state.Secrets[v.Value]; known && encrypted(v) {
			v.Value = secret
		}
		v.Value = binding.ReplaceAllStringFunc(v.Value, func(found string) string {
			if value, known := values[found[2:len(found)-1]]; known {
				return value
			}
			return found
		})
	}
	return copied
}

// copySpec is a spec that shares nothing with another.
func copySpec(spec *godo.AppSpec) *godo.AppSpec {
	copied := &godo.AppSpec{}
	data, err := json.Marshal(spec)
	if err == nil {
		err = json.Unmarshal(data, copied)
	}
	if err != nil {
		panic(fmt.Sprintf("a spec that was JSON is none any more: %v", err))
	}
	return copied
}
