package release

import (
	"strings"
	"testing"
	"time"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
)

func TestServeCommand(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*app.Found)
		want   string
	}{
		"defaults":   {func(*app.Found) {}, "workers=3 threads=24 patience=60 timeout=60 graceful_timeout=30 keepalive=10 worker_tmp_dir=/dev/shm pythonpath=app -- app:app"},
		"asgi":       {func(f *app.Found) { f.Server = app.ASGI }, "worker_class=uvicorn_worker.UvicornWorker pythonpath=app -- app:app"},
		"one worker": {func(f *app.Found) { f.Workers, f.WorkerClass = 1, "eventlet" }, "workers=1 threads=100 patience=60 timeout=60 graceful_timeout=30 keepalive=10 worker_tmp_dir=/dev/shm worker_class=eventlet pythonpath=app -- app:app"},
		"limits":     {func(f *app.Found) { f.Limits = app.Limits{Request: 10 * time.Minute, Stop: time.Minute} }, "patience=600 timeout=600 graceful_timeout=60 keepalive=10 worker_tmp_dir=/dev/shm request=600 "},
		"arguments":  {func(f *app.Found) { f.GunicornArgs = []string{"-w", "2", "a:$b"} }, " -- -w 2 a:$$b"},
	} {
		t.Run(name, func(t *testing.T) {
			v := fact.View{Plan: example.Plan(t), System: example.System()}
			test.change(&v.Plan.App)
			if got := strings.ReplaceAll(serveCommand(v), `"`, "") + " "; !strings.Contains(got, test.want) {
				t.Errorf("%q is not in %q", test.want, got)
			}
		})
	}
}

func TestLimitsText(t *testing.T) {
	got := limitsText(app.Found{Server: app.WSGI})
	want := "# Written by slipway.\n# retire-seconds=60\nclient_max_body_size 104857600;\nproxy_read_timeout 60s;\nproxy_send_timeout 60s;\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got = limitsText(app.Found{Server: app.ASGI, Limits: app.Limits{Upload: 1 << 20, Request: 10 * time.Second}})
	for _, want := range []string{"# retire-seconds=60\n", "client_max_body_size 1048576;\n", "proxy_read_timeout 10s;\n", "proxy_buffering off;\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}
