package platform

import (
	"testing"

	"github.com/digitalocean/godo"
)

// TestWanted: the number of instances follows their CPU, within its bounds.
func TestWanted(t *testing.T) {
	s := &scaling{least: 2, most: 5, percent: 70}
	for _, w := range []struct {
		now  int
		cpu  float64
		want int
	}{{2, 0, 2}, {2, 70, 2}, {2, 71, 3}, {2, 100, 3}, {3, 100, 5}, {5, 100, 5}, {5, 20, 2}, {4, 50, 3}} {
		if got := s.wanted(w.now, w.cpu); got != w.want {
			t.Errorf("%d instances at %v %%: %d, want %d", w.now, w.cpu, got, w.want)
		}
	}
}

// TestComponents: what a spec leaves open is App Platform's own, and each component has the
// app's variables and its own.
func TestComponents(t *testing.T) {
	spec := &godo.AppSpec{
		Envs: []*godo.AppVariableDefinition{{Key: "A", Value: "app"}, {Key: "B", Value: "app"}, {Key: "C", Value: "build", Scope: godo.AppVariableScope_BuildTime}},
		Services: []*godo.AppServiceSpec{{
			Name: "web", Envs: []*godo.AppVariableDefinition{{Key: "B", Value: "own"}},
			Autoscaling: &godo.AppAutoscalingSpec{MinInstanceCount: 2, MaxInstanceCount: 4},
		}},
		Workers: []*godo.AppWorkerSpec{{Name: "worker", InstanceCount: 1, Termination: &godo.AppWorkerSpecTermination{GracePeriodSeconds: 7}}},
		Jobs:    []*godo.AppJobSpec{{Name: "release", Kind: godo.AppJobSpecKind_PreDeploy}},
	}
	all := components(spec, "d")
	web, worker := all[0], all[1]
	if web.count != 2 || web.port != 8080 || web.drain.Seconds() != 15 || web.env["A"] != "app" || web.env["B"] != "own" || len(web.env) != 2 {
		t.Errorf("the service is %+v", web)
	}
	if worker.count != 1 || worker.grace.Seconds() != 7 {
		t.Errorf("the worker is %+v", worker)
	}
	if jobs := jobsOf(all, godo.AppJobSpecKind_PreDeploy); len(jobs) != 1 || jobs[0].name != "release" {
		t.Errorf("the jobs are %+v", jobs)
	}
}

// TestAddress: an app's address is one of the loopback's, and always the same.
func TestAddress(t *testing.T) {
	if got := address("an app"); got != address("an app") || got == address("another app") || got[:4] != "127." {
		t.Errorf("the address is %s", got)
	}
}
