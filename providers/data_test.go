package providers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestADatabaseServerHidesItsPassword(t *testing.T) {
	t.Parallel()
	d := DatabaseServer{Engine: "PostgreSQL", Major: 17, Host: "db.example.org", Port: 25060, User: "app", Password: "s3cret"}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("found", "server", d)
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(d), fmt.Sprintf("%v %+v %#v %s", d, d, d, d), logged.String(), string(encoded)} {
		if strings.Contains(text, "s3cret") || !strings.Contains(text, "PostgreSQL 17 at db.example.org:25060") {
			t.Errorf("printed: %s", text)
		}
	}
}
