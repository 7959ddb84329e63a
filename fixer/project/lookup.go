package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/registry"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Lookup says whether and how image registries are asked about what the files
// do not tell.
type Lookup struct {
	// Ask looks answers up; without it nothing is looked up, not even what is
	// kept.
	Ask bool

	// Registry says how: with Offline only kept answers count.
	Registry registry.Options

	// Signatures asks what is attached to the images, too.
	Signatures bool

	// Checksums lets files that builds add be downloaded, too.
	Checksums bool

	// MinAge is how many days old an image must be to be pinned; 0 for any.
	MinAge int
}

// within is the lookup that asks none but the registries that images may come from;
// nil is no policy.
func (l Lookup) within(registries []string) Lookup {
	l.Registry.Allowed = registries
	return l
}

// lookUpRounds bounds how often answers may raise further questions.
const lookUpRounds = 6

// A search looks up what a check wished to know.
type search struct {
	resolver *registry.Resolver
	asked    map[string]image.Question // by reference, of earlier rounds
	failed   map[string][]string       // references by why there is no answer
	old      map[string]oldAnswers     // by why the registry could not be asked again
	answered int
	rounds   int
	offline  bool // as the person wants it: that nobody was asked is no news
}

// oldAnswers are answers that were kept for longer than they are believed.
type oldAnswers struct {
	count int
	since time.Time // of the oldest
}

// newSearch returns nil where nothing is looked up.
func (l Lookup) newSearch() (*search, error) {
	if !l.Ask {
		return nil, nil
	}
	r, err := registry.New(l.Registry)
	if err != nil {
		return nil, err
	}
	return &search{resolver: r, asked: map[string]image.Question{}, failed: map[string][]string{}, old: map[string]oldAnswers{}, offline: l.Registry.Offline}, nil
}

// wishes are those of a check that nobody was asked about yet. An image that the
// repository certainly builds is in no registry before it is pushed, and its name is
// nobody's business.
func (s *search) wishes(snap *fixer.Snapshot, facts *fixer.Facts) []image.Wish {
	var out []image.Wish
	for _, w := range facts.Wishes() {
		w.Ask &^= s.asked[w.Key()]
		if b, here := snap.Topology().ImageBuild(w.Ref.Raw); w.Ask == 0 || w.URL == "" && here && b.Certain {
			continue
		}
		out = append(out, w)
	}
	for _, w := range out {
		s.asked[w.Key()] |= w.Ask
	}
	return out
}

// announcement says who is about to be asked, "" where nobody is.
func (s *search) announcement(wishes []image.Wish) string {
	images, files := apart(wishes)
	var said []string
	if hosts := s.resolver.Hosts(images); len(hosts) > 0 {
		said = append(said, fmt.Sprintf("Asking %s about %s", strings.Join(hosts, ", "), counted(images)))
	}
	if hosts := s.resolver.Hosts(files); len(hosts) > 0 {
		said = append(said, fmt.Sprintf("Downloading %s from %s to compute the checksum", counted(files), strings.Join(hosts, ", ")))
	}
	return strings.Join(said, ". ")
}

// apart parts wishes about images from those about files.
func apart(wishes []image.Wish) (images, files []image.Wish) {
	for _, w := range wishes {
		if w.URL != "" {
			files = append(files, w)
		} else {
			images = append(images, w)
		}
	}
	return images, files
}

// counted says how many images and files wishes are about.
func counted(wishes []image.Wish) string {
	images, files := apart(wishes)
	said := text.Count(len(images), "image", "images")
	switch {
	case len(files) == 0:
		return said
	case len(images) == 0:
		return text.Count(len(files), "file", "files")
	}
	return said + " and " + text.Count(len(files), "file", "files")
}

// take notes an answer and reports whether it is news.
func (s *search) take(a *image.Answer) bool {
	if a.Old != nil {
		o := s.old[a.Old.Text]
		if o.count++; o.since.IsZero() || a.At.Before(o.since) {
			o.since = a.At
		}
		s.old[a.Old.Text] = o
	}
	switch {
	case a.Failure == nil:
		s.answered++
	case s.offline && a.Failure.Kind == image.NotAsked:
		return false
	default:
		s.failed[a.Failure.Text] = append(s.failed[a.Failure.Text], a.Ref)
	}
	return true
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// mostReasons bounds the reasons that are told.
const mostReasons = 5

// outcome says what could not be learned, a sentence for each reason, and what
// else a person should know.
func (s *search) outcome() []string {
	var out []string
	for i, reason := range slices.SortedFunc(maps.Keys(s.failed), func(a, b string) int {
		if n := len(s.failed[b]) - len(s.failed[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	}) {
		if i == mostReasons {
			out = append(out, text.Count(len(s.failed)-i, "further reason", "further reasons")+" are shown with the findings")
			break
		}
		said := text.VisibleLine(reason)
		if n := len(s.failed[reason]); n > 1 {
			said += " (" + text.Count(n, "image", "images") + ")"
		}
		out = append(out, said)
	}
	for _, reason := range slices.Sorted(maps.Keys(s.old)) {
		o := s.old[reason]
		out = append(out, fmt.Sprintf("%s: %s kept before %s used, the oldest of %s", text.VisibleLine(reason),
			text.Count(o.count, "answer", "answers"), isOrAre(o.count), o.since.Format(time.DateOnly)))
	}
	for _, w := range s.resolver.Warnings() {
		out = append(out, text.VisibleLine(w))
	}
	return out
}

// lookUp asks registries until no check raises a further question, and returns
// what a person should know of it. say is told who is asked before anybody is.
func (p *Project) lookUp(ctx context.Context, l Lookup, say func(string)) ([]fixer.Note, error) {
	s, err := l.newSearch()
	if s == nil || err != nil {
		return nil, err
	}
	p.search, p.say = s, say
	for more := true; more; {
		if more, err = p.learn(ctx); err != nil {
			return nil, err
		}
	}
	var notes []fixer.Note
	for _, line := range s.outcome() {
		notes = append(notes, fixer.Note{Text: line})
	}
	return notes, nil
}

// learn asks about what the session wished to know and nobody was asked about yet, and
// checks again with the answers. It reports whether there were any.
func (p *Project) learn(ctx context.Context) (more bool, err error) {
	s := p.search
	if s == nil || s.rounds == lookUpRounds {
		return false, nil
	}
	s.rounds++
	facts := p.session.Facts()
	wishes := s.wishes(p.session.Snapshot(), facts)
	if len(wishes) == 0 {
		return false, nil
	}
	if said := s.announcement(wishes); said != "" {
		p.say(said)
	}
	var answers []*image.Answer
	for a := range s.resolver.Resolve(ctx, wishes) {
		if s.take(a) {
			answers = append(answers, a)
		}
		p.progress(Asking, fixer.Progress{Found: len(wishes), Read: len(answers)})
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if len(answers) == 0 {
		return false, nil
	}
	p.session.SetFacts(facts.With(answers...))
	return true, nil
}

// The first answers are passed on soon, later ones in larger and larger lots: each
// lot is a check of everything.
const (
	firstLot = time.Second
	lotGrows = 2
)

// stream looks up what a check wished to know and passes it on as it comes.
func (s *search) stream(ctx context.Context, snap *fixer.Snapshot, facts *fixer.Facts, news chan<- fixer.News) {
	defer close(news)
	send := func(n fixer.News) bool {
		select {
		case news <- n:
			return true
		case <-ctx.Done():
			return false
		}
	}
	wishes := s.wishes(snap, facts)
	if len(wishes) == 0 {
		return
	}
	if said := s.announcement(wishes); said != "" && !send(fixer.News{Text: said}) {
		return
	}
	var lot []*image.Answer
	wait := firstLot
	due := time.NewTimer(wait)
	defer due.Stop()
	answers := s.resolver.Resolve(ctx, wishes)
	for open := true; open; {
		select {
		case a, more := <-answers:
			if open = more; more {
				if s.take(a) {
					lot = append(lot, a)
				}
				continue
			}
		case <-due.C:
		}
		wait *= lotGrows
		due.Reset(wait)
		if len(lot) == 0 {
			continue
		}
		facts = facts.With(lot...)
		lot = nil
		if !send(fixer.News{Facts: facts}) {
			return
		}
	}
	if s.offline {
		return
	}
	said := fmt.Sprintf("Registries answered for %d of %s", s.answered, counted(wishes))
	if len(s.outcome()) > 0 {
		said += "; findings say why" // a line of the screen has no room for reasons
	}
	send(fixer.News{Text: said})
}
