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

socket tcp 0.0.0.0:22 71
socket tcp [::]:22 72
socket tcp 127.0.0.1:6010 73
socket tcp 127.0.0.1:8080 74
holder 71 124 /system.slice/ssh.service
holder 72 124 /system.slice/ssh.service
holder 73 1240 /system.slice/ssh.service
holder 74 12 /user.slice/user-1000.slice/session-1.scope
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

socket tcp *:22 31
holder 31 1 /init.scope
holder 31 9 /system.slice/ssh.service
`, []int{2222, 22}},
	} {
		if got := sshPorts(c.looked); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
