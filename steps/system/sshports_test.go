package system

import (
	"reflect"
	"testing"
)

func TestSSHPorts(t *testing.T) {
	for name, c := range map[string]struct {
		looked string
		want   []int
	}{
		"nothing looked at": {"", nil},
		"a service": {`port 22
port 2200
MainPID=124
Id=ssh.service
ActiveState=active

Listen=[::]:22 (Stream)
Listen=/run/ssh (Stream)
Id=ssh.socket
ActiveState=inactive
LISTEN 0      128    0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=124,fd=6))
LISTEN 0      128       [::]:22    [::]:* users:(("sshd",pid=124,fd=7))
LISTEN 0      128    127.0.0.1:6010 0.0.0.0:* users:(("sshd",pid=1240,fd=7))
LISTEN 0      128    127.0.0.1:8080 0.0.0.0:* users:(("sshd",pid=12,fd=7))
`, []int{22, 2200, 22, 22}},
		"a socket, nobody logged in": {`port 22
MainPID=0
Id=ssh.service
ActiveState=inactive

Listen=0.0.0.0:22 (Stream)
Listen=[::]:2222 (Stream)
Id=ssh.socket
ActiveState=active
`, []int{22, 2222, 22}},
		"settings that sshd was not restarted for": {`port 2222
MainPID=9
Id=ssh.service
ActiveState=active

Listen=[::]:22 (Stream)
Id=ssh.socket
ActiveState=inactive
LISTEN 0      4096         *:22       *:* users:(("sshd",pid=9,fd=3),("systemd",pid=1,fd=41))
`, []int{2222, 22}},
	} {
		if got := sshPorts(c.looked); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
