package audit

import (
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestLookIsWellFormed(t *testing.T) {
	cmd := exec.Command("sh", "-n")
	cmd.Stdin = strings.NewReader(Look(Subject{App: "app-shop"}, true))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestJudge(t *testing.T) {
	subject := Subject{Ports: []int{22, 80}, App: "app-shop"}
	for name, c := range map[string]struct {
		topic, text string
		want        string // of each result: its verdict and what was found
	}{
		"listening": {"listening", `socket tcp 0.0.0.0:80 1
socket tcp [::]:22 2
socket tcp 127.0.0.1:5432 3
socket udp 127.0.0.53%lo:53 4
socket udp 10.0.2.100%eth0:68 5
holder 1 11 /system.slice/nginx.service
holder 1 12 /system.slice/nginx.service
holder 2 13 /system.slice/ssh.service
holder 2 1 /init.scope
holder 5 14 /system.slice/systemd-networkd.service
`, "good tcp/80 nginx.service, tcp/22 init.scope+ssh.service, udp/68 systemd-networkd.service"},
		"a user's nginx":   {"listening", "socket tcp *:80 1\nholder 1 9 /user.slice/user-1.slice/user@1.service/app.slice/nginx.service\n", "bad and also tcp/80 user@1.service"},
		"a login's port":   {"listening", "socket tcp *:9000 1\nholder 1 9 /system.slice/ssh.service\n", "bad and also tcp/9000 ssh.service"},
		"listens too":      {"listening", "socket tcp *:6379 7\nholder 7 3 /system.slice/redis-server.service\n", "bad and also tcp/6379 redis-server.service"},
		"no ss":            {"listening", "", "unknown ss does not say"},
		"firewall":         {"firewall", "nft there\nfamily inet\ninput drop\n", "good policy drop"},
		"firewall of ipv4": {"firewall", "nft there\nfamily ip\ninput drop\nfamily ip6\ninput accept\n", "bad no rule drops the rest"},
		"flushed":          {"firewall", "nft there\n", "bad no rule drops the rest"},
		"no nft":           {"firewall", "nft missing\n", "bad there is no nftables"},
		"accounts":         {"accounts", "asked yes\n", "good none; good none; good none"},
		"open accounts":    {"accounts", "asked yes\nroot toor\nopen guest\npassword ana\n", "bad toor; bad guest; bad ana"},
		"no accounts":      {"accounts", "", "unknown the server does not say; unknown the server does not say; unknown the server does not say"},
		"failed units":     {"units", "asked yes\nfailed a.service\n", "bad a.service"},
		"exposure":         {"exposure", "app-shop 1.4\nnginx.service 9.2\n", "good 1.4; bad 9.2; unknown systemd does not say"},
		"updates":          {"updates", "asked yes\nsecurity libssl3\n", "bad libssl3; good none; good none"},
		"files":            {"files", "asked yes\npackaged /usr/bin/su\npackaged /usr/bin/passwd\n", "good none; good none; good none; good 2 of them"},
		"strangers":        {"files", "asked yes\nwritable /etc/x\nstranger /opt/y\n", "bad /etc/x; good none; good none; bad /opt/y"},
		"too many files":   {"files", "writable /etc/x\n", "unknown looking through them took longer than a minute"},
	} {
		t.Run(name, func(t *testing.T) {
			report, ok := Read(subject, map[string]string{sectionPrefix + c.topic: c.text}, time.Now())
			var got []string
			for _, r := range report.Results {
				got = append(got, string(r.Verdict)+" "+r.Found)
			}
			if joined := strings.Join(got, "; "); !ok || joined != c.want {
				t.Errorf("got %q, want %q", joined, c.want)
			}
		})
	}
}

func TestJudgeSSH(t *testing.T) {
	report, _ := Read(Subject{}, map[string]string{"audit ssh": "permitrootlogin without-password\nmaxauthtries 3\n"}, time.Now())
	if root, tries, missing := report.Results[0], report.Results[len(report.Results)-1], report.Results[1]; root.Verdict != Bad || tries.Verdict != Good || missing.Verdict != Unknown {
		t.Errorf("got %+v", report.Results)
	}
	if none, ok := Read(Subject{}, nil, time.Now()); ok || len(none.Results) > 0 {
		t.Error("an audit that was not made has results")
	}
}

// TestSinceAnEarlierVersion has a report with the sentence that a check had then.
func TestSinceAnEarlierVersion(t *testing.T) {
	before := Report{Results: []Result{{Topic: "ssh", Check: "keys let in", Verdict: Bad, Found: "pubkeyauthentication no"}}}
	now, _ := Read(Subject{}, map[string]string{"audit ssh": "pubkeyauthentication yes\n"}, time.Now())
	for _, r := range now.Since(before).Results {
		if r.Found == "pubkeyauthentication yes" && r.Before == "bad: pubkeyauthentication no" {
			return
		}
	}
	t.Errorf("no result tells what was found before: %+v", now)
}

func TestSince(t *testing.T) {
	before := Report{Results: []Result{{Topic: "ssh", Check: "a", Verdict: Bad, Found: "yes"}, {Topic: "ssh", Check: "b", Verdict: Good, Found: "no"}}}
	after := Report{Results: []Result{{Topic: "ssh", Check: "a", Verdict: Good, Found: "no"}, {Topic: "ssh", Check: "b", Verdict: Good, Found: "no"}, {Topic: "files", Check: "a", Verdict: Bad}}}.Since(before)
	if got := after.Results; got[0].Before != "bad: yes" || got[1].Before != "" || got[2].Before != "" {
		t.Errorf("got %+v", got)
	}
	if after.Count(Good) != 2 || after.Count(Bad) != 1 {
		t.Errorf("%d are good and %d bad", after.Count(Good), after.Count(Bad))
	}
	var kept Report
	data, err := json.Marshal(after)
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	if err != nil || kept.Results[0] != after.Results[0] {
		t.Errorf("what is kept is %+v (%v)", kept, err)
	}
}

// TestOutside has ports that answer, that say nothing and that are shut.
func TestOutside(t *testing.T) {
	const address = "127.62.17.4"
	listen := func(serve func(net.Conn)) int {
		t.Helper()
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address+":0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				serve(conn)
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		n, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	says := func(conn net.Conn) {
		conn.Write([]byte("hello")) //nolint:errcheck // who asks sees what came
		conn.Close()
	}
	wanted := listen(says)
	other := listen(says)
	quiet := listen(func(conn net.Conn) { t.Cleanup(func() { conn.Close() }) })
	forwarded := listen(func(conn net.Conn) { t.Cleanup(func() { conn.Close() }) })
	cut := listen(func(conn net.Conn) { conn.Close() })
	tcp := func(port int) Listener { return Listener{Protocol: "tcp", Port: port} }

	good := Outside(t.Context(), address, Subject{Ports: []int{wanted, forwarded, cut}}, []Listener{tcp(wanted), tcp(cut)})
	if want := "tcp " + strconv.Itoa(wanted); good.Verdict != Good || good.Found != want {
		t.Errorf("got %+v, want %s", good, want)
	}
	bad := Outside(t.Context(), address, Subject{Ports: []int{wanted}}, []Listener{tcp(wanted), tcp(other), tcp(quiet)})
	for _, port := range []int{other, quiet} {
		if _, others, _ := strings.Cut(bad.Found, ";"); bad.Verdict != Bad || !strings.Contains(others, strconv.Itoa(port)) {
			t.Errorf("%d is not told of: %+v", port, bad)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r := Outside(ended, address, Subject{}, nil); r.Verdict != Unknown {
		t.Errorf("after an interruption: %+v", r)
	}
}
