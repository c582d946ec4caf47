package local

import (
	"slices"
	"testing"
)

func TestSlirpAnswer(t *testing.T) {
	var list struct{ Entries []hostForward }
	for _, reply := range []string{
		`{"entries":[{"id":1,"proto":"tcp","host_addr":"127.1.2.3","host_port":22,"guest_addr":"10.0.2.100","guest_port":22}]}`,
		`{"return":{"entries":[{"id":1,"proto":"tcp","host_addr":"127.1.2.3","host_port":22,"guest_addr":"10.0.2.100","guest_port":22}]}}`,
	} {
		list.Entries = nil
		want := forward{Address: "127.1.2.3", Port: 22, Guest: 22}.wire()
		if err := slirpAnswer([]byte(reply), &list); err != nil || !slices.Equal(list.Entries, []hostForward{want}) {
			t.Errorf("%s: %+v, %v", reply, list, err)
		}
	}
	if err := slirpAnswer([]byte(`{"error":{"desc":"bad request"}}`), nil); err == nil || err.Error() != "bad request" {
		t.Error(err)
	}
}
