package wizard

import (
	"context"
	"errors"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/steps"
	"slipway/steps/plan"
)

// question is what the engine asks the person while it works.
type question struct {
	text string
	// prints are the fingerprints of host keys to trust; empty if a secret is
	// asked for.
	prints []string
	reply  chan reply
}

type reply struct {
	text string
	yes  bool
}

// errNoAnswer says that a question was not answered.
var errNoAnswer = errors.New("the question was not answered")

// asker brings the engine's questions to the screen. A secret that was given once is
// not asked for again, unless it was wrong.
type asker struct {
	questions chan question
	mu        sync.Mutex
	secrets   map[string]string
}

func newAsker() *asker {
	return &asker{questions: make(chan question), secrets: map[string]string{}}
}

// operator is how one run of the engine asks the person.
func (a *asker) operator(getenv func(string) string) steps.Operator {
	asked := map[string]bool{}
	return steps.Operator{
		Getenv: getenv,
		Secret: func(ctx context.Context, text string) (string, error) {
			if value, ok := a.known(text); ok && !asked[text] {
				asked[text] = true
				return value, nil
			}
			asked[text] = true
			r, err := a.ask(ctx, question{text: text})
			if err == nil && !r.yes {
				err = errNoAnswer
			}
			if err == nil {
				a.keep(text, r.text)
			}
			return r.text, err
		},
		Trust: func(ctx context.Context, address string, prints []string) (bool, error) {
			r, err := a.ask(ctx, question{text: address, prints: prints})
			return r.yes, err
		},
	}
}

func (a *asker) known(text string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	value, ok := a.secrets[text]
	return value, ok
}

func (a *asker) keep(text, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.secrets[text] = value
}

func (a *asker) ask(ctx context.Context, q question) (reply, error) {
	q.reply = make(chan reply, 1)
	select {
	case a.questions <- q:
	case <-ctx.Done():
		return reply{}, context.Cause(ctx)
	}
	select {
	case r := <-q.reply:
		return r, nil
	case <-ctx.Done():
		return reply{}, context.Cause(ctx)
	}
}

// listen waits for the next question.
func (w *wizard) listen() tea.Cmd {
	return func() tea.Msg {
		select {
		case q := <-w.asker.questions:
			return q
		case <-w.ctx.Done():
			return nil
		}
	}
}

// ask is the screen of a question, above the screen whose work asks it.
type ask struct {
	form
	picker picker
	q      question
	place  string
}

func newAsk(q question, place string) *ask {
	a := &ask{q: q, place: place}
	a.add("secret", "Answer", "", "hidden; never stored", nil).secret()
	a.focus("secret")
	a.picker.set([]item{
		{id: "no", title: "No, stop here", about: "nothing has been sent to the server"},
		{id: "yes", title: "Yes, it is", about: "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints the same on the server"},
	}, "no")
	return a
}

func (a *ask) title() string { return a.place }

func (a *ask) shown(*wizard) tea.Cmd { return nil }

func (a *ask) update(w *wizard, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyMsg)
	switch {
	case !ok:
	case k.Type == tea.KeyEsc:
		return a.answer(w, reply{})
	case k.Type == tea.KeyEnter && len(a.q.prints) == 0:
		return a.answer(w, reply{text: a.field("secret").input.Value(), yes: true})
	case k.Type == tea.KeyEnter:
		it, _ := a.picker.chosen()
		if it.id == "yes" {
			w.answers.Settings[plan.KeyFingerprint] = fingerprint(a.q.prints[0])
		}
		return a.answer(w, reply{yes: it.id == "yes"})
	case len(a.q.prints) > 0 && k.String() != "/":
		a.picker.key(k)
	case len(a.q.prints) == 0:
		a.key(k)
	}
	return nil
}

// fingerprint is the SHA256:… of a key that is shown with its type.
func fingerprint(shown string) string {
	words := strings.Fields(shown)
	return words[len(words)-1]
}

// answer gives the engine its answer and closes the screen. The one below goes on
// with its work.
func (a *ask) answer(w *wizard, r reply) tea.Cmd {
	a.q.reply <- r
	w.stack = w.stack[:len(w.stack)-1]
	return nil
}

func (a *ask) view(w *wizard, width, height int) string {
	if len(a.q.prints) == 0 {
		return w.look.strong.Render(a.q.text) + "\n\n" + a.form.view(w, width, height-2)
	}
	lines := []string{w.look.strong.Render("Is this the server?"), "",
		"  The host key of " + a.q.text + " is not in known_hosts. The server shows"}
	for _, p := range a.q.prints {
		lines = append(lines, "    "+w.look.accent.Render(p))
	}
	return strings.Join(lines, "\n") + "\n\n" + a.picker.view(w, width, height-len(lines)-2)
}

func (a *ask) keys(*wizard) []key {
	if len(a.q.prints) > 0 {
		return []key{{"Enter", "choose"}, {"up/down", "move"}, {"Esc", "no"}}
	}
	return []key{{"Enter", "answer"}, {"Esc", "stop here"}}
}

func (a *ask) typing() bool { return len(a.q.prints) == 0 }
