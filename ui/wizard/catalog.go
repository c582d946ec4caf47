package wizard

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers/digitalocean"
	"slipway/steps/plan"
)

// regions asks for a region of DigitalOcean.
type regions struct {
	picker
}

func newRegions(w *wizard) *regions {
	r := &regions{}
	at := w.answers.Settings[plan.KeyRegion]
	if at == "" {
		at = w.plan.Value(plan.KeyRegion)
	}
	if at == "" {
		if region, _, err := w.catalog.Sensible(""); err == nil {
			at = region.Slug
		}
	}
	r.set(regionItems(w.look, *w.catalog), at)
	return r
}

// regionItems are the regions, each with its cheapest droplet.
func regionItems(l *look, catalog digitalocean.Catalog) []item {
	var items []item
	for _, region := range catalog.Regions {
		it := item{id: region.Slug, title: l.padded(region.Slug, 8) + l.padded(region.Name, 20)}
		_, size, err := catalog.Sensible(region.Slug)
		switch {
		case !region.Available:
			it.why = "takes no new droplets at the moment"
		case err != nil:
			it.why = "sells no droplet at the moment"
		default:
			it.title += fmt.Sprintf("from $%.2f a month", size.Monthly)
		}
		items = append(items, it)
	}
	return items
}

func (r *regions) title() string { return "Where" }

func (r *regions) shown(*wizard) tea.Cmd { return nil }

func (r *regions) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok || r.key(k):
		return nil
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		it, ok := r.chosen()
		if !ok || it.why != "" {
			return nil
		}
		if w.answers.Settings[plan.KeyRegion] != it.id {
			delete(w.answers.Settings, plan.KeySize) // it may not be sold there
		}
		w.answers.Settings[plan.KeyRegion] = it.id
		return w.push(newSizes(w, it.id))
	}
	return nil
}

func (r *regions) view(w *wizard, width, height int) string {
	return w.look.strong.Render("Which region?") + " " + w.look.faint.Render("close to the people who use the app") + "\n\n" +
		r.picker.view(w, width, height-2)
}

func (r *regions) keys(*wizard) []key { return listKeys }

func (r *regions) typing() bool { return r.narrow }

var listKeys = []key{{"Enter", "choose"}, {"up/down", "move"}, {"/", "filter"}, {"Esc", "back"}, {"?", "help"}}

// sizes asks for the size of the droplet.
type sizes struct {
	picker
	region string
}

func newSizes(w *wizard, region string) *sizes {
	s := &sizes{region: region}
	at := w.answers.Settings[plan.KeySize]
	if at == "" {
		at = w.plan.Value(plan.KeySize)
	}
	if at == "" {
		if _, size, err := w.catalog.Sensible(region); err == nil {
			at = size.Slug
		}
	}
	s.set(sizeItems(w.look, *w.catalog, region), at)
	return s
}

// sizeItems are the sizes with price and memory, and whether they are sold out.
func sizeItems(l *look, catalog digitalocean.Catalog, region string) []item {
	var items []item
	for _, size := range catalog.Sizes {
		it := item{id: size.Slug, title: l.padded(size.Slug, 24) +
			fmt.Sprintf("%9s a month  %7s  %2d CPU  %4d GB disk", fmt.Sprintf("$%.2f", size.Monthly), memory(size.MemoryMB), size.VCPUs, size.DiskGB)}
		switch {
		case size.SoldOut:
			it.why = "sold out everywhere"
		case !size.SoldIn(region):
			it.why = "sold out in " + region
		}
		items = append(items, it)
	}
	return items
}

func memory(megabytes int) string {
	if megabytes%1024 == 0 {
		return fmt.Sprintf("%d GB", megabytes/1024)
	}
	return fmt.Sprintf("%d MB", megabytes)
}

func (s *sizes) title() string { return "Where" }

func (s *sizes) shown(*wizard) tea.Cmd { return nil }

func (s *sizes) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok || s.key(k):
		return nil
	case k.Type == tea.KeyEsc:
		return w.back()
	case k.Type == tea.KeyEnter:
		it, ok := s.chosen()
		if !ok || it.why != "" {
			return nil
		}
		w.answers.Settings[plan.KeySize] = it.id
		return w.push(newHow(w))
	}
	return nil
}

func (s *sizes) view(w *wizard, width, height int) string {
	about := fmt.Sprintf("Prices are DigitalOcean's own, for %s.", s.region)
	return w.look.strong.Render("Which size?") + " " + w.look.faint.Render(about) + "\n\n" + s.picker.view(w, width, height-2)
}

func (s *sizes) keys(*wizard) []key { return listKeys }

func (s *sizes) typing() bool { return s.narrow }
