package releases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// byHand sets up what somebody does who knows nginx and gunicorn well, for the
// same app on the same machine: connections that are kept, logs that are
// buffered, a Unix socket, no sandbox. It answers on port 8081.
const byHand = `set -e
apt-get -q update >/dev/null
apt-get -q -y --no-install-recommends install wrk >/dev/null
release=$(readlink -f /srv/app-hello/current)
systemd-run --quiet --collect --unit=by-hand --property=Type=notify --property=User=app-hello \
  --property=WorkingDirectory=$release/src --property=RuntimeDirectory=by-hand --property=RuntimeDirectoryMode=0755 \
  $release/venv/bin/gunicorn --umask 0 --bind unix:/run/by-hand/socket --worker-tmp-dir /dev/shm \
  --workers $(($(nproc) + 1)) --threads 4 --keep-alive 75 server:app
cat >/etc/nginx/conf.d/by-hand.conf <<'end'
upstream by_hand {
	server unix:/run/by-hand/socket fail_timeout=0;
	keepalive 32;
}
server {
	listen 8081;
	access_log /var/log/nginx/by-hand.log combined buffer=64k flush=5s;
	location / {
		proxy_pass http://by_hand;
		proxy_http_version 1.1;
		proxy_set_header Connection "";
		proxy_set_header Host $http_host;
		proxy_set_header X-Forwarded-For $remote_addr;
		proxy_set_header X-Forwarded-Proto $scheme;
	}
}
end
nginx -q -t
systemctl reload nginx.service
until curl -sf -o /dev/null http://127.0.0.1:8081/; do sleep 0.1; done`

// TestThroughput compares how many requests a second the app answers with what
// a set-up by hand reaches, in turns on the same machine. It prints the ratio
// and judges it not: other tests share the processors. That every request is
// answered well under full load is what it demands.
func TestThroughput(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 3*time.Minute)
	o.Deploy("--sample", "hello")
	o.Root("hello", byHand)
	var ratios []float64
	for i := range 8 {
		ports := []int{80, 8081}
		if i%2 == 1 { // who comes second may find the computer otherwise
			slices.Reverse(ports)
		}
		rates := map[int]float64{}
		for _, port := range ports {
			rates[port] = perSecond(t, o, port)
		}
		t.Logf("%.0f requests a second, by hand %.0f", rates[80], rates[8081])
		ratios = append(ratios, rates[80]/rates[8081])
	}
	slices.Sort(ratios)
	middle := len(ratios) / 2
	t.Logf("the median of the ratios is %.2f", (ratios[middle-1]+ratios[middle])/2)
}

// perSecond asks a port of the machine from inside it, on 32 connections.
func perSecond(t *testing.T, o *e2e.Operator, port int) float64 {
	t.Helper()
	out := o.Root("hello", fmt.Sprintf("wrk -t2 -c32 -d3 --timeout 30 http://127.0.0.1:%d/", port))
	if strings.Contains(out, "Non-2xx") || strings.Contains(out, "Socket errors") {
		t.Errorf("port %d: %s", port, out)
	}
	_, rest, _ := strings.Cut(out, "Requests/sec:")
	rate, err := strconv.ParseFloat(strings.Fields(rest + " ?")[0], 64)
	if err != nil || rate == 0 {
		t.Fatalf("port %d: %s", port, out)
	}
	return rate
}
