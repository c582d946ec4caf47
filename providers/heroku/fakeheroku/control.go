package fakeheroku

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
)

// ControlPath is the prefix of the calls by which a test in another process looks at
// the simulation and changes it: GET contents and requests, and POST faults with one
// fault a line as SetFault takes them. Each POST replaces all faults.
const ControlPath = OutsidePath + "control/"

func (h *Heroku) controlContents(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, h.Contents())
}

func (h *Heroku) controlRequests(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, h.Requests())
}

func sendJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // it is no error if the client has gone
}

func (h *Heroku) controlFaults(w http.ResponseWriter, r *http.Request) {
	var faults Faults
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if err := faults.SetFault(line); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	if err := lines.Err(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.SetFaults(faults)
	w.WriteHeader(http.StatusNoContent)
}
