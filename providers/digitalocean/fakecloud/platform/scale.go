package platform

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/rest"
)

// scaling is a component whose number of instances follows their CPU.
type scaling struct {
	component   component
	image       string
	least, most int
	percent     float64
	// calm is how often in a row fewer instances would have done.
	calm int
}

// calmBefore is how often in a row fewer instances must do before one is ended.
const calmBefore = 3

// scaleBy takes down which components scale by themselves.
func (p *Platform) scaleBy(a *app, all []component, images map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.scaled)
	for _, c := range all {
		if s := c.scaling; s != nil {
			one := &scaling{component: c, image: images[c.name], least: int(s.MinInstanceCount), most: int(s.MaxInstanceCount), percent: 80}
			if s.Metrics != nil && s.Metrics.CPU != nil && s.Metrics.CPU.Percent > 0 {
				one.percent = float64(s.Metrics.CPU.Percent)
			}
			a.scaled[c.name] = one
		}
	}
}

// watch measures an app's instances and scales its components.
func (p *Platform) watch(ctx context.Context, a *app) {
	for rest.Pause(ctx, p.o.ScaleEvery) == nil {
		a.mu.Lock()
		all := append([]*instance{}, a.instances...)
		a.mu.Unlock()
		for _, i := range all {
			p.measure(ctx, a, i)
		}
		if !a.work.TryLock() { // a deployment is under way
			continue
		}
		a.mu.Lock()
		var scaled []*scaling
		for _, s := range a.scaled {
			scaled = append(scaled, s)
		}
		a.mu.Unlock()
		for _, s := range scaled {
			p.scale(ctx, a, s)
		}
		a.work.Unlock()
	}
}

// measure takes down what an instance used since it was last measured.
func (p *Platform) measure(ctx context.Context, a *app, i *instance) {
	answer, err := p.o.Client.ContainerStats(ctx, i.container, client.ContainerStatsOptions{})
	if err != nil {
		return // it has ended
	}
	defer answer.Body.Close()
	var s container.StatsResponse
	if json.NewDecoder(answer.Body).Decode(&s) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now, used := time.Now(), s.CPUStats.CPUUsage.TotalUsage
	if !i.usedAt.IsZero() && used >= i.used {
		share := float64(used-i.used) / float64(now.Sub(i.usedAt).Nanoseconds())
		i.cpu = 100 * share / float64(fakecloud.InstanceCPUs(i.component.size))
	}
	i.used, i.usedAt = used, now
	if limit := fakecloud.InstanceMemory(i.component.size); limit > 0 {
		i.memory = 100 * float64(s.MemoryStats.Usage) / float64(limit)
	}
}

// wanted is how many instances would use as much CPU as the component is to.
func (s *scaling) wanted(now int, cpu float64) int {
	n := int(math.Ceil(float64(now) * cpu / s.percent))
	return min(max(n, s.least), s.most)
}

// scale brings a component's number of instances to what their CPU asks for: more at once,
// fewer one by one.
func (p *Platform) scale(ctx context.Context, a *app, s *scaling) {
	all := a.of(s.component.name)
	if len(all) == 0 {
		return
	}
	total := 0.0
	a.mu.Lock()
	for _, i := range all {
		total += i.cpu
	}
	a.mu.Unlock()
	n := s.wanted(len(all), total/float64(len(all)))
	if n >= len(all) {
		s.calm = 0
	} else if s.calm++; s.calm >= calmBefore {
		s.calm = 0
		p.o.Log("app %s: %s has one instance fewer than %d", a.name, s.component.name, len(all))
		p.retire(ctx, a, all[0])
	}
	for range n - len(all) {
		p.o.Log("app %s: %s has one instance more than %d", a.name, s.component.name, len(all))
		if _, err := p.bring(ctx, a, s.component, s.image); err != nil {
			p.o.Log("app %s: one more instance of %s: %v", a.name, s.component.name, err)
			return
		}
	}
}
