package engine

import (
	"fmt"
	"slices"
	"strings"

	"slipway/steps/fact"
)

// Graph is the list of what should be true on the server, in an order in which it could
// be brought about one after the other, and what each fact needs. Facts that need nothing
// of each other are changed side by side.
type Graph struct {
	facts  Facts
	needs  map[string][]string
	awaits map[string][]string
}

// Add puts a fact at the end of the list. It needs the other facts to hold before its script
// begins. A need that is not in the list is passed over.
func (g *Graph) Add(f *fact.Fact, needs ...*fact.Fact) {
	if g.needs == nil {
		g.needs = map[string][]string{}
	}
	for _, need := range needs {
		if g.has(need) && !slices.Contains(g.needs[f.Name], need.Name) {
			g.needs[f.Name] = append(g.needs[f.Name], need.Name)
		}
	}
	g.facts = append(g.facts, f)
}

// Await says which facts a script may wait for once it has begun, by the shell function await:
// it needs them for a part of its work only, or not on every server.
func (g *Graph) Await(f *fact.Fact, others ...*fact.Fact) {
	if g.awaits == nil {
		g.awaits = map[string][]string{}
	}
	for _, other := range others {
		if g.has(other) {
			g.awaits[f.Name] = append(g.awaits[f.Name], other.Name)
		}
	}
}

func (g *Graph) has(f *fact.Fact) bool { return len(g.facts.named([]string{f.Name})) > 0 }

// Facts are the facts of the list, in its order.
func (g Graph) Facts() Facts { return slices.Clone(g.facts) }

// Needs are the names of the facts that one needs.
func (g Graph) Needs(name string) []string { return g.needs[name] }

// Awaits are the names of the facts that one may wait for once it has begun.
func (g Graph) Awaits(name string) []string { return g.awaits[name] }

// last are the names of the facts that no other one needs.
func (g Graph) last() []string {
	var last []string
	for _, f := range g.facts {
		needed := func(other *fact.Fact) bool { return slices.Contains(g.needs[other.Name], f.Name) }
		if !slices.ContainsFunc(g.facts, needed) {
			last = append(last, f.Name)
		}
	}
	return last
}

// among are the names, of some, of the facts that one needs, directly or through others: a
// fact that holds may itself need one that does not.
func (g Graph) among(name string, some []string) []string {
	var found []string
	seen := map[string]bool{name: true}
	var visit func(string)
	visit = func(name string) {
		for _, need := range g.needs[name] {
			if seen[need] {
				continue
			}
			seen[need] = true
			if slices.Contains(some, need) {
				found = append(found, need)
			}
			visit(need)
		}
	}
	visit(name)
	return found
}

// table has a line for each of the facts that change: its number, its name, and the names
// of those among them that it needs. The guarded ones are a chain: one guard is armed
// before the first of them, and one login proves them after the last.
func (g Graph) table(changing Facts) string {
	var table strings.Builder
	guarded := ""
	for i, f := range changing {
		needs := g.among(f.Name, changing.names())
		if !f.Guards.Empty() {
			if guarded != "" && !slices.Contains(needs, guarded) {
				needs = append(needs, guarded)
			}
			guarded = f.Name
		}
		fmt.Fprintf(&table, "%d %s\n", i, strings.Join(append([]string{f.Name}, needs...), " "))
	}
	return table.String()
}
