package shell

import (
	"reflect"
	"testing"
)

func TestParseUnits(t *testing.T) {
	service := Unit{"Id": {"a.service"}, "ActiveState": {"active"}}
	socket := Unit{"Listen": {"[::]:22 (Stream)", "/run/a b (Stream)", "/dev/log (Datagram)"}, "Id": {"a.socket"}}
	for name, c := range map[string]struct {
		shown string
		want  []Unit
	}{
		"nothing":            {"", nil},
		"only empty lines":   {"\n\n\n", nil},
		"one":                {"Id=a.service\nActiveState=active\n", []Unit{service}},
		"no line end":        {"Id=a.service\nActiveState=active", []Unit{service}},
		"two":                {"Id=a.service\nActiveState=active\n\nListen=[::]:22 (Stream)\nListen=/run/a b (Stream)\nListen=/dev/log (Datagram)\nId=a.socket\n", []Unit{service, socket}},
		"an empty line more": {"Id=a.service\nActiveState=active\n\n\nId=b.service\n\n", []Unit{service, {"Id": {"b.service"}}}},
		"values":             {"Result=\nEnvironment=A=1 B==2\n", []Unit{{"Result": {""}, "Environment": {"A=1 B==2"}}}},
		"what others print":  {"port 22\nId=a.service\nActiveState=active\nLISTEN 0 128 *:22 *:* users:((\"sshd\",pid=9,fd=3))\n=\n", []Unit{service}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ParseUnits(c.shown); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if got := service.Get("Id") + service.Get("Result"); got != "a.service" {
		t.Errorf("Id and Result are %q", got)
	}
	if got := socket.ListenStreams(); !reflect.DeepEqual(got, []string{"[::]:22", "/run/a b"}) || service.ListenStreams() != nil {
		t.Errorf("they listen on %q and %q", got, service.ListenStreams())
	}
}
