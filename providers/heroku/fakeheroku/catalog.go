package fakeheroku

import (
	"net/http"
	"strings"
)

const longAgo = "2024-05-06T07:08:09Z"

// cedar is the generation of Heroku on which all apps of the common runtime are.
var cedar = identity(idOf("generation cedar"), "cedar")

// size is a dyno's size. Cents are what a month of it costs.
type size struct {
	name          string
	memory        float64
	compute       int
	cents         int
	most          int // of one process type
	units         float64
	single        bool // never beside a size of another name
	dedicated     bool
	privateSpaces bool
}

var sizes = []size{
	{name: "Eco", memory: 0.5, compute: 1, cents: 500, most: 1, single: true},
	{name: "Basic", memory: 0.5, compute: 1, cents: 700, most: 1, units: 0.28},
	{name: "Standard-1X", memory: 0.5, compute: 1, cents: 2500, most: 100, units: 1},
	{name: "Standard-2X", memory: 1, compute: 2, cents: 5000, most: 100, units: 2},
	{name: "Performance-M", memory: 2.5, compute: 12, cents: 25000, most: 10, units: 8, dedicated: true},
	{name: "Performance-L", memory: 14, compute: 50, cents: 50000, most: 10, units: 16, dedicated: true},
	{name: "Private-S", memory: 1, compute: 4, cents: 0, most: 100, units: 8, dedicated: true, privateSpaces: true},
}

func (s size) id() string { return idOf("size " + s.name) }

func sizeByIdentity(identity string) (size, bool) {
	for _, s := range sizes {
		if strings.EqualFold(s.name, identity) || s.id() == identity {
			return s, true
		}
	}
	return size{}, false
}

func (s size) json() object {
	var cost any = object{"cents": s.cents, "unit": "month"}
	if s.privateSpaces {
		cost = nil
	}
	return object{
		"architecture": "amd64", "compute": s.compute, "cost": cost, "dedicated": s.dedicated, "precise_dyno_units": s.units,
		"generation": cedar, "id": s.id(), "memory": s.memory, "name": s.name, "private_space_only": s.privateSpaces,
	}
}

func (h *Heroku) listSizes(k *call) {
	var all []object
	for _, s := range sizes {
		all = append(all, s.json())
	}
	k.list(all)
}

func (h *Heroku) getSize(k *call) {
	s, ok := sizeByIdentity(k.path("size"))
	if !ok {
		k.notFound("dyno size")
		return
	}
	k.answer(http.StatusOK, s.json())
}

var regions = []object{
	newRegion("us", "United States", "United States", "Virginia", "us-east-1", false),
	newRegion("eu", "Europe", "Ireland", "Dublin", "eu-west-1", false),
	newRegion("frankfurt", "Frankfurt, Germany", "Germany", "Frankfurt", "eu-central-1", true),
	newRegion("virginia", "Virginia, United States", "United States", "Virginia", "us-east-1", true),
}

func newRegion(name, description, country, locale, amazon string, private bool) object {
	return object{
		"country": country, "created_at": longAgo, "description": description, "id": idOf("region " + name), "locale": locale, "name": name,
		"private_capable": private, "provider": object{"name": "amazon-web-services", "region": amazon}, "updated_at": longAgo,
	}
}

var stacks = []object{
	newStack("heroku-22", false), newStack("heroku-24", true), newStack("heroku-26", false), newStack("container", false),
}

func newStack(name string, preset bool) object {
	return object{"default": preset, "created_at": longAgo, "id": idOf("stack " + name), "name": name, "state": "public", "updated_at": longAgo}
}

// pick finds an item of a list by its id or name.
func pick(all []object, identity string) (object, bool) {
	for _, item := range all {
		if item["id"] == identity || item["name"] == identity {
			return item, true
		}
	}
	return nil, false
}

func (h *Heroku) listRegions(k *call) { k.list(regions) }
func (h *Heroku) listStacks(k *call)  { k.list(stacks) }
func (h *Heroku) getRegion(k *call)   { k.one(regions, k.path("region"), "region") }
func (h *Heroku) getStack(k *call)    { k.one(stacks, k.path("stack"), "stack") }

// one answers with an item of a list.
func (k *call) one(all []object, identity, what string) {
	item, ok := pick(all, identity)
	if !ok {
		k.notFound(what)
		return
	}
	k.answer(http.StatusOK, item)
}

// brief is what others tell of an item: its id and name.
func brief(all []object, name string) object {
	item, _ := pick(all, name)
	return identity(item["id"].(string), item["name"].(string))
}
