package moves

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers/docker/dockertest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(func() int { return e2e.Main(m) })) }

// shop has items in PostgreSQL. It keeps its connections, as most apps do.
var shop = map[string]string{
	"requirements.txt": "flask\npsycopg[binary]\npsycopg_pool\n",
	"slipway.toml":     "[app]\nrelease = \"python tables.py\"\n\n[app.processes]\nticker = \"python ticker.py\"\n",
	"tables.py": `import os
import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    db.execute("create table if not exists items (name text)")
`,
	"ticker.py": "import time\n\nwhile True:\n    time.sleep(1)\n",
	"app.py": `import os

from flask import Flask, request
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4)


@app.get("/")
def index():
    with pool.connection() as db:
        return str(db.execute("select count(*) from items").fetchone()[0]) + " items, " + os.environ["GREETING"]


@app.post("/")
def add():
    with pool.connection() as db:
        db.execute("insert into items (name) values (%s)", [request.form["name"]])
    return "added"
`,
}

// people use a deployment all the time: one writes, one reads.
type people struct {
	o    *e2e.Operator
	name string

	mu       sync.Mutex
	written  map[string]bool
	longest  time.Duration // without a write
	reads    int
	failures []string // of reads
}

// use has people use a deployment until end is called.
func use(o *e2e.Operator, name string) (p *people, end func()) {
	p = &people{o: o, name: name, written: map[string]bool{}}
	ctx, stop := context.WithCancel(o.T.Context())
	var both sync.WaitGroup
	both.Go(func() { p.write(ctx) })
	both.Go(func() { p.read(ctx) })
	return p, func() {
		stop()
		both.Wait()
	}
}

// address is where the deployment is now.
func (p *people) address() string {
	record, err := p.o.State().Read(p.name)
	if err != nil {
		return ""
	}
	return record.URL
}

func (p *people) write(ctx context.Context) {
	client := &http.Client{Timeout: 20 * time.Second}
	last := time.Now()
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprint("item ", n)
		response, err := client.PostForm(p.address(), url.Values{"name": {name}})
		added := err == nil && response.StatusCode == http.StatusOK
		if err == nil {
			response.Body.Close()
		}
		p.mu.Lock()
		if added {
			p.written[name] = true
			p.longest, last = max(p.longest, time.Since(last)), time.Now()
		}
		p.mu.Unlock()
		pause(ctx, 30*time.Millisecond)
	}
}

func (p *people) read(ctx context.Context) {
	client := &http.Client{Timeout: 20 * time.Second}
	for ctx.Err() == nil {
		at := p.address()
		response, err := client.Get(at)
		p.mu.Lock()
		p.reads++
		if err != nil || response.StatusCode != http.StatusOK {
			p.failures = append(p.failures, fmt.Sprint(time.Now().Format(time.TimeOnly), " ", at, " ", err, " ", response))
		}
		p.mu.Unlock()
		if err == nil {
			response.Body.Close()
		}
		pause(ctx, 30*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// check fails unless everything that was written is there, and every read was answered.
func (p *people) check(t *testing.T) {
	t.Helper()
	rows := strings.Split(p.o.Root(p.name, `runuser -u postgres -- psql -h /run/slipway-postgres -tA -d app-`+p.name+` -c "select name from items where name like 'item %'"`), "\n")
	there := map[string]bool{}
	for _, row := range rows {
		there[row] = true
	}
	lost := 0
	for name := range p.written {
		if !there[name] {
			lost++
		}
	}
	// A minute is what a move may take of people's writing; the log tells, because a busy
	// machine takes longer.
	t.Logf("%d rows were written, %d reads; the longest time without a write was %s", len(p.written), p.reads, p.longest.Round(100*time.Millisecond))
	if lost > 0 || len(p.written) == 0 || p.reads == 0 {
		t.Errorf("of %d rows %d are lost", len(p.written), lost)
	}
	if len(p.failures) > 0 {
		t.Errorf("%d of %d reads failed: %s", len(p.failures), p.reads, strings.Join(p.failures[:min(5, len(p.failures))], "\n"))
	}
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
