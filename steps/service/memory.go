package service

import (
	"fmt"
	"strings"

	"slipway/steps/plan"
)

// Percent is how much of the server's memory is meant for the databases of a plan, in
// percent: the app gets so much less.
func Percent(p plan.Plan) int {
	percent := 0
	for _, k := range of(p) {
		percent += k.percent
	}
	return percent
}

// Least is how many megabytes a server should have for the app and the databases of a plan.
// An app, nginx and PostgreSQL fit into 512 MB.
func Least(p plan.Plan) int {
	least := map[string]int{"postgres": 60, "mariadb": 160, "redis": 30}
	megabytes := 400
	for _, k := range of(p) {
		megabytes += least[k.name]
	}
	return megabytes
}

// TooSmall is a sentence for people if a server of so many megabytes is small for the
// databases of a plan; empty if it is not, or the size is not known (0).
func TooSmall(p plan.Plan, memory int) string {
	if len(of(p)) == 0 || memory == 0 || memory >= Least(p) {
		return ""
	}
	var titles []string
	for _, k := range of(p) {
		titles = append(titles, k.title)
	}
	return fmt.Sprintf("%d MB of memory are little for the app and %s beside it: %d MB and more are enough", memory, strings.Join(titles, " and "), Least(p))
}
