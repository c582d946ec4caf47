package fakecloud

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/coder/websocket"
	"github.com/digitalocean/godo"
)

// StreamsPath is below which the cloud serves what answers about logs and consoles lead to.
// Their URLs carry a token of their own and want no other.
const StreamsPath = "/streams/"

// stream is what a URL below StreamsPath leads to: lines of a log, or a console if exec is
// set.
type stream struct {
	logs AppLogQuery
	exec *AppExec
}

// streamURL is a new URL of a stream at the cloud's own address.
func (k *call) streamURL(scheme, name string, s stream) string {
	token := rand.Text()
	k.c.streams[token] = s
	u := url.URL{Scheme: scheme, Host: k.r.Host, Path: StreamsPath + name, RawQuery: url.Values{"token": {token}}.Encode()}
	return u.String()
}

// getLogs answers with the URLs of a log: that of what there is, and for a deployment that
// runs a live one.
func (c *Cloud) getLogs(k *call, a *app) {
	query := k.r.URL.Query()
	d, kind := a.deployment(a.Active), godo.AppLogType(query.Get("type"))
	if k.path("deployment") != "" {
		d = a.deployment(k.path("deployment"))
	} else if d == nil {
		d = a.unfinished()
	}
	if d == nil {
		k.notFound()
		return
	}
	name := or(k.path("component"), query.Get("component_name"))
	if name != "" && !hasComponent(d.Spec, name) {
		k.notFound()
		return
	}
	tail, _ := strconv.Atoi(query.Get("tail_lines"))
	q := AppLogQuery{AppID: a.ID, DeploymentID: d.ID, Component: name, Type: kind, Tail: tail}
	answer := map[string]any{"historic_urls": []string{k.streamURL("http", "logs", stream{logs: q})}}
	if d.ID == a.Active || !d.finished() {
		q.Follow, _ = strconv.ParseBool(query.Get("follow"))
		answer["live_url"] = k.streamURL("http", "logs", stream{logs: q})
	}
	k.answer(http.StatusOK, answer)
}

func hasComponent(spec *godo.AppSpec, name string) bool {
	for _, one := range components(spec) {
		if one.name == name {
			return true
		}
	}
	return false
}

// getExec answers with the URL of a console in an instance.
func (c *Cloud) getExec(k *call, a *app) {
	name, instance := k.path("component"), k.r.URL.Query().Get("instance_name")
	for _, one := range c.instances(a) {
		if one.Component == name && (instance == "" || one.Name == instance) {
			exec := &AppExec{AppID: a.ID, Component: name, Instance: instance}
			k.answer(http.StatusOK, map[string]any{"url": k.streamURL("ws", "exec", stream{exec: exec})})
			return
		}
	}
	k.notFound()
}

// serveStream serves a log or a console.
func (c *Cloud) serveStream(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	s, known := c.streams[r.URL.Query().Get("token")]
	c.mu.Unlock()
	if !known {
		http.Error(w, "the token is not valid", http.StatusForbidden)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		c.writeLog(ctx, w, s)
		return
	}
	// Programs send no origin, and browsers are not meant.
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // it has been answered
	}
	defer func() { _ = socket.CloseNow() }()
	if s.exec == nil {
		err = c.sendLog(socket.CloseRead(ctx), socket, s.logs)
	} else {
		err = c.console(ctx, socket, *s.exec)
	}
	if err != nil {
		_ = socket.Close(websocket.StatusInternalError, err.Error()[:min(len(err.Error()), 120)])
		return
	}
	_ = socket.Close(websocket.StatusNormalClosure, "")
}

// lines calls line for the lines of a log. Without a runner there are none.
func (c *Cloud) lines(ctx context.Context, q AppLogQuery, line func(AppLogLine) error) error {
	if c.options.Apps != nil {
		return c.options.Apps.Logs(ctx, q, line)
	}
	if q.Follow {
		<-ctx.Done()
	}
	return nil
}

func (c *Cloud) writeLog(ctx context.Context, w http.ResponseWriter, s stream) {
	if s.exec != nil {
		http.Error(w, "a console is a websocket", http.StatusUpgradeRequired)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	flusher, _ := w.(http.Flusher)
	// It is no error of the cloud if the client has gone.
	_ = c.lines(ctx, s.logs, func(l AppLogLine) error {
		_, err := io.WriteString(w, l.String()+"\n")
		if flusher != nil && s.logs.Follow {
			flusher.Flush()
		}
		return err
	})
}

// sendLog sends each line as a message of its own, as App Platform does.
func (c *Cloud) sendLog(ctx context.Context, socket *websocket.Conn, q AppLogQuery) error {
	return c.lines(ctx, q, func(l AppLogLine) error { return send(ctx, socket, l.String()+"\n") })
}

func send(ctx context.Context, socket *websocket.Conn, data string) error {
	message, err := json.Marshal(map[string]string{"data": data})
	if err != nil {
		return err
	}
	return socket.Write(ctx, websocket.MessageText, message)
}

// typed is a message to a console: its terminal's input, or its new size.
type typed struct {
	Op, Data      string
	Width, Height uint
}

// console runs a shell whose terminal is the socket.
func (c *Cloud) console(ctx context.Context, socket *websocket.Conn, x AppExec) error {
	if c.options.Apps == nil {
		return errors.New("nothing runs the apps of this simulated cloud")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	input, output := io.Pipe()
	sizes := make(chan [2]uint)
	x.Stdin, x.Sizes, x.Stdout = input, sizes, sender{ctx, socket}
	go func() {
		defer cancel() // whoever closes the socket ends the shell
		defer output.Close()
		for {
			_, message, err := socket.Read(ctx)
			var m typed
			if err != nil || json.Unmarshal(message, &m) != nil {
				return
			}
			if m.Op == "resize" {
				select {
				case sizes <- [2]uint{m.Width, m.Height}:
				case <-ctx.Done():
				}
				continue
			}
			if _, err := io.WriteString(output, m.Data); err != nil {
				return
			}
		}
	}()
	err := c.options.Apps.Exec(ctx, x)
	_ = input.Close()
	return err
}

// sender sends what is written as messages.
type sender struct {
	ctx    context.Context
	socket *websocket.Conn
}

// Write sends p.
func (s sender) Write(p []byte) (int, error) {
	if err := send(s.ctx, s.socket, string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
