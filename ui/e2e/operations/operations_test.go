// Package operations tests, on a real machine, what an operator does with a
// deployment that stands: see it, set its variables, run commands in it, audit
// it and mend it.
package operations

import (
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// app is the name of the deployment that the tests share.
const app = "ops"

// site is a deployment and who operates it.
type site struct {
	*e2e.Operator
	deployed e2e.Deployed
}

// TestOperations has one machine for all of them: each leaves it as it was
// deployed.
func TestOperations(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 6*time.Minute)
	s := &site{Operator: o, deployed: o.Deploy("--sample", "hello", "--name", app, "--env", "GREETING=hello there")}
	t.Run("variables", s.variables)
	t.Run("run", s.run)
	t.Run("logs", s.logs)
	t.Run("status", s.status)
	t.Run("audit", s.audit)
	t.Run("doctor", s.doctor)
	t.Run("destroy", s.keepsData)
}

// load asks the app again and again until stop is called, which returns how
// many requests were answered and how many were not.
func (s *site) load() (stop func() (answered, failed int64)) {
	var answered, failed atomic.Int64
	var asking sync.WaitGroup
	done := make(chan struct{})
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(10 * time.Millisecond):
				}
				response, err := client.Get(s.deployed.URL)
				if err != nil {
					failed.Add(1)
					continue
				}
				response.Body.Close()
				if response.StatusCode != http.StatusOK {
					failed.Add(1)
					continue
				}
				answered.Add(1)
			}
		})
	}
	return func() (int64, int64) {
		close(done)
		asking.Wait()
		return answered.Load(), failed.Load()
	}
}
