package release

import (
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

//go:embed defaultlimits.sh
var defaultLimitsText string

// limitsFile is how much and how long nginx lets a request to the release take. It lies
// with the release, so that a rollback brings the limits back too.
func limitsFile(v fact.View) shell.File {
	l := layout.Of(v.Plan.ServerName())
	return shell.File{Path: l.Limits(l.Release(v.Plan.Release)), Mode: "644", Content: limitsText(v.Plan.App)}
}

// limitsText is the file's content. Its second line is read when the release retires.
func limitsText(found app.Found) string {
	limits := found.Limits.InForce()
	text := fmt.Sprintf(`# Written by slipway.
# retire-seconds=%s
client_max_body_size %d;
proxy_read_timeout %[3]ss;
proxy_send_timeout %[3]ss;
`, wholeSeconds(max(limits.Request, app.DefaultRequest)), limits.Upload, wholeSeconds(limits.Request))
	if found.Server == app.ASGI {
		// Its server waits for a slow client without a thread. So nginx need not keep answers
		// back, and a stream reaches every client line by line.
		text += "proxy_buffering off;\nproxy_buffer_size 64k;\nproxy_buffers 8 64k;\n"
	}
	return text
}

// DefaultLimits is shell text that gives a release which has no limits the default ones.
// release is the path of the release's folder, or of a link to it.
func DefaultLimits(l layout.Layout, release string) string {
	return shell.Script(defaultLimitsText, shell.Values{"release": release, "limits": l.Limits(release), "default_limits": limitsText(app.Found{})})
}

// killSeconds is how long systemd waits until the web app or a process has ended.
func killSeconds(found app.Found) string {
	return strconv.Itoa(int(found.Limits.Kill() / time.Second))
}
