package rest

import "testing"

// TestHostileAddresses: an API names no address that is not encrypted, and none of this
// computer or its network unless it is there itself.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	const real, here = "https://api.example.com/", "http://127.0.0.1:8080/"
	for _, c := range []struct {
		api, raw, want string
	}{
		{real, "wss://console.example.com/?token=x", "https://console.example.com/?token=x"},
		{real, "https://logs.example.com/a?b=c", "https://logs.example.com/a?b=c"},
		{real, "https://203.0.113.7/", "https://203.0.113.7/"},
		{here, "ws://127.0.0.1:9/x", "http://127.0.0.1:9/x"},
		{here, "https://logs.example.com/", "https://logs.example.com/"},
		{here, "http://logs.example.com/", ""},
		{real, "http://logs.example.com/", ""},
		{real, "ws://console.example.com/", ""},
		{real, "http://127.0.0.1:2375/containers/json", ""},
		{real, "https://127.0.0.1:2375/", ""},
		{real, "https://localhost:2375/", ""},
		{real, "https://[::1]/", ""},
		{real, "https://[::ffff:127.0.0.1]/", ""},
		{real, "https://0.0.0.0/", ""},
		{real, "https://169.254.169.254/metadata/v1.json", ""},
		{real, "https://10.1.2.3/", ""},
		{"://", "https://127.0.0.1/", ""},
		{real, "file:///etc/passwd", ""},
		{real, "/etc/passwd", ""},
		{real, "https://", ""},
		{real, "https://a b/", ""},
		{real, "", ""},
	} {
		got := ""
		if u, err := Outside(c.raw, c.api); err == nil {
			got = u.String()
		}
		if got != c.want {
			t.Errorf("%s names %q: %q, want %q", c.api, c.raw, got, c.want)
		}
	}
}
