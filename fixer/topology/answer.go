package topology

import (
	"fmt"
	"strings"
)

// A Question is one that is put to a topology, to be compared later with what
// another topology says to it ([Topology.Answer]).
type Question struct {
	about question
	of    string // a path, a directory or a reference
	stage int
}

type question byte

const (
	aboutViews question = iota
	aboutUsers
	aboutContext
	aboutImage
	aboutServices
	aboutDerived
	aboutBase
	aboutRuns
	aboutService
	aboutImages
)

// An Answer is a question with a sum of what a topology says to it.
type Answer struct {
	Question
	Sum string
}

// Answer sums up what the topology says to a question: which files, services and
// stages it names. What these hold is not part of it; that an answer depends on their
// contents is told to those who trace ([Topology.Traced]). It is the same pointer for
// all who ask.
func (t *Topology) Answer(q Question) *Answer {
	known, ok := t.answers.Load(q)
	if !ok {
		known, _ = t.answers.LoadOrStore(q, &Answer{q, t.sum(q)})
	}
	return known.(*Answer)
}

func (t *Topology) sum(q Question) string {
	var b strings.Builder
	switch q.about {
	case aboutViews:
		return t.project.Shape(q.of)
	case aboutUsers:
		for _, v := range t.users[q.of] {
			fmt.Fprintf(&b, "%q %q %q %s", v.File, v.Name, v.Variant, t.Answer(Question{about: aboutViews, of: v.File}).Sum)
		}
	case aboutContext:
		b.WriteString(t.in.Names.Fingerprint())
		for _, c := range t.contexts[q.of] {
			fmt.Fprintf(&b, "%q %v %q\n", c.Dir, c.Certain, c.Why)
		}
	case aboutImage:
		quiet := *t
		quiet.onRead, quiet.onAsk = nil, nil
		if build, ok := quiet.ImageBuild(q.of); ok {
			build.sum(&b)
		}
	case aboutServices:
		fmt.Fprintf(&b, "%q", t.services[q.of])
	case aboutDerived:
		for _, d := range t.derived[q.of] {
			fmt.Fprintf(&b, "%q %d %v %q ", d.Path, d.Stage.Index, d.Certain, d.Why)
			d.Of.sum(&b)
		}
	case aboutService:
		for _, build := range t.byService[q.of] {
			build.sum(&b)
			fmt.Fprintf(&b, "%q ", build.dirs)
		}
	case aboutImages:
		fmt.Fprintf(&b, "%q", t.images[q.of])
	case aboutRuns:
		t.sumRuns(&b, q.of)
	case aboutBase:
		if build, ok := t.bases[stageKey{q.of, q.stage}]; ok {
			build.sum(&b)
		}
	}
	return b.String()
}

func (b Build) sum(to *strings.Builder) {
	fmt.Fprintf(to, "%q %d %v %q\n", b.Path, b.Stage.Index, b.Certain, b.Why)
}

// ask tells those who trace that an answer depends on how a question is answered.
func (t *Topology) ask(q Question) {
	if t.onAsk != nil {
		t.onAsk(q)
	}
}
