package project

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/prove"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// A Proving is what can be built and started of a plan, before and after it.
type Proving struct {
	root     string
	engine   *prove.Engine
	subjects []prove.Subject
	untried  int // that the plan does not change, and that are left out for it
}

// FindEngine looks for a container engine. It fails, with what to do about it, where none
// answers.
func FindEngine(ctx context.Context, paths []string) (*prove.Engine, error) {
	root, err := discover.FindRoot(paths)
	if err != nil {
		return nil, err
	}
	return prove.Find(ctx, root)
}

// Proving works out what there is to prove of the plan: the images that it changes, or
// all that are shipped.
func (p *Project) Proving(ctx context.Context, e *prove.Engine, all bool) (*Proving, error) {
	return Await(ctx, func() (*Proving, error) {
		return newProving(p.Root, e, p.session.Plan(), p.session.Facts(), all)
	})
}

func newProving(root string, e *prove.Engine, plan *engine.Plan, facts *fixer.Facts, all bool) (*Proving, error) {
	subjects, err := prove.Subjects(plan, facts)
	if err != nil {
		return nil, err
	}
	if len(subjects) == 0 {
		return nil, errors.New("no Dockerfile here builds an image that is shipped")
	}
	v := &Proving{root: root, engine: e, subjects: subjects}
	if !all {
		v.subjects = slices.DeleteFunc(v.subjects, func(s prove.Subject) bool { return !s.Changed })
		v.untried = len(subjects) - len(v.subjects)
	}
	return v, nil
}

// Subjects are what would be built and started, those with a reason against it among
// them.
func (v *Proving) Subjects() []fixer.ProofSubject {
	out := make([]fixer.ProofSubject, len(v.subjects))
	for i := range v.subjects {
		out[i] = v.subjects[i].ProofSubject
	}
	return out
}

// Untried counts the images that are left out because the plan does not change them.
func (v *Proving) Untried() int { return v.untried }

// Engine is what executes: "docker".
func (v *Proving) Engine() string { return v.engine.Name }

// Prove executes it. News comes from this goroutine. Without subjects nothing is done.
func (v *Proving) Prove(ctx context.Context, o prove.Options, news func(fixer.ProofNews)) error {
	if len(v.subjects) == 0 {
		return nil
	}
	return v.engine.Prove(ctx, v.root, v.subjects, o, news)
}

// SavedDecisions are those that an interface has kept for this repository. It fails where
// there are none.
func (p *Project) SavedDecisions() (engine.Decisions, error) {
	kept, err := workspace.LoadDecisions(p.Root)
	if err == nil && len(kept) == 0 {
		err = errors.New("no decisions are kept for this repository")
	}
	return kept, err
}

// SaysYes reads an answer, of which only "y" and "yes" are one that agrees.
func SaysYes(input io.Reader) bool {
	line, _ := bufio.NewReader(input).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// Provable says what a proof of a plan would build and start, and with which engine.
func (b *Backend) Provable(ctx context.Context, plan *engine.Plan) (name string, subjects []fixer.ProofSubject, err error) {
	v, err := b.proving(ctx, plan)
	if err != nil {
		return "", nil, err
	}
	return v.Engine(), v.Subjects(), nil
}

// Prove builds and starts it with the times and limits that hold where none are given.
func (b *Backend) Prove(ctx context.Context, plan *engine.Plan, news func(fixer.ProofNews)) error {
	v, err := b.proving(ctx, plan)
	if err != nil {
		return err
	}
	return v.Prove(ctx, prove.Options{}, news)
}

func (b *Backend) proving(ctx context.Context, plan *engine.Plan) (*Proving, error) {
	e, err := prove.Find(ctx, b.root)
	if err != nil {
		return nil, err
	}
	return newProving(b.root, e, plan, nil, false)
}
