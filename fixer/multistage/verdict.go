package multistage

import (
	"errors"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Verdict is what becomes of a Dockerfile with one stage.
type Verdict struct {
	Stack       string         // its name; "" where none was recognised
	Gains       []string       // what would leave the image, for people; none means that nothing is to be gained
	Conversions []Conversion   // the one with the most proof first
	Refusal     *stack.Refusal // why there is no conversion; nil where there is one, or nothing to gain
	Evidence    []fixer.Evidence
}

// Reported reports whether there is something to say about the file: something would be
// gained, and the application is one that is known. What is in others is reported by
// itself.
func (v *Verdict) Reported() bool {
	return v != nil && len(v.Gains) > 0 && (v.Refusal == nil || v.Refusal.Reason != stack.Unrecognised)
}

// A Conversion is one way to make two stages.
type Conversion struct {
	Runtime  stack.Runtime
	Copies   []Copy
	Layers   *stack.Layers // that are copied in place of a jar; nil for the whole
	Packages []string      // of the distribution, which the second stage installs
	Unsure   []string      // of these, those of which it is not known whether they are needed
	Leaves   []string
	Assumes  []string
	Breaks   []string

	Name string // of the first stage
	Old  string // the name that the stage had, which the second one takes over

	edits  []text.Edit
	alters []dockerfile.Field
}

// A Copy is a path that the second stage takes from the first.
type Copy struct {
	stack.Copy
	Owner string // of --chown; "" for none
}

// Of returns the verdict on the file of a pass; nil for one that is no Dockerfile with
// one stage, or does not ship.
func Of(p *fixer.Pass) *Verdict { return verdicts.Of(p) }

var verdicts = fixer.Share(judge)

func judge(p *fixer.Pass) *Verdict {
	a, ok := look(p)
	if !ok {
		return nil
	}
	v := &Verdict{}
	c := &conversion{app: a, pass: p}
	err := c.work(v)
	if refusal := (*stack.Refusal)(nil); errors.As(err, &refusal) {
		v.Refusal = refusal
	}
	if len(v.Gains) == 0 {
		v.Conversions, v.Refusal = nil, nil
	}
	return v
}

// conversion is the work on one file.
type conversion struct {
	app    *stack.App
	pass   *fixer.Pass
	stack  *stack.Stack
	recipe *stack.Recipe
	parts  *partition
	last   int // index of the last instruction that builds, among those of the stage
}

func (c *conversion) work(v *Verdict) error {
	v.Gains = c.gains()
	if len(v.Gains) == 0 {
		return nil
	}
	if err := c.gate(); err != nil {
		return err
	}
	s, err := stack.Recognise(c.app)
	if err != nil {
		return err
	}
	c.stack, v.Stack = s, s.Name
	if c.recipe, err = s.Plan(c.app); err != nil {
		return err
	}
	v.Evidence = c.recipe.Evidence
	if err := c.inPlace(); err != nil {
		return err
	}
	if c.parts, err = c.partition(); err != nil {
		return err
	}
	if _, builds := stack.ToolchainOf(c.app.Ref); c.parts.layered && !builds {
		return stack.Refuse(stack.UnknownPackage, nil, "Use a base image with glibc, such as the slim variant", "binaries for glibc run on Alpine by a layer of compatibility, and what that needs is not known")
	}
	var last error
	for _, r := range c.recipe.Runtimes {
		out, err := c.convert(r, nil)
		if err != nil {
			last = err // of the image with most in it
			continue
		}
		v.Conversions = append(v.Conversions, *out)
	}
	if len(v.Conversions) == 0 {
		return last
	}
	v.Evidence = append(v.Evidence, c.evidence(&v.Conversions[0])...)
	if l := c.recipe.Layers; l != nil {
		r := v.Conversions[0].Runtime
		r.ID += "-layers"
		if out, err := c.convert(r, l); err == nil {
			v.Conversions, v.Evidence = append(v.Conversions, *out), append(v.Evidence, l.Why)
		}
	}
	return nil
}

// evidence says on what a conversion rests: the application, what of it is copied, the
// image that runs it, and what stays behind.
func (c *conversion) evidence(out *Conversion) []fixer.Evidence {
	var list []fixer.Evidence
	if m, ok := c.app.Manifest(c.stack.Manifests...); ok {
		list = append(list, fixer.Evidence{Kind: fixer.FromRepository, Place: m.Path, Text: "the build copies this file of a " + c.stack.Name + " application"})
	}
	for _, cp := range out.Copies {
		list = append(list, fixer.Evidence{Kind: fixer.FromDockerfile, Place: c.app.Path, Text: "the build makes " + text.VisibleLine(cp.Source()) + ": " + cp.Why})
	}
	list = append(list, fixer.Evidence{Kind: fixer.FromTable, Source: out.Runtime.Image, Text: out.Runtime.Why})
	if len(out.Leaves) > 0 {
		list = append(list, fixer.Evidence{Kind: fixer.FromDockerfile, Place: c.app.Path, Text: "stays in the build stage: " + text.VisibleLine(listed(out.Leaves, 12))})
	}
	if mb, release := c.app.EstimatedSize(c.parts.dropped); mb >= worthSaying {
		list = append(list, fixer.Evidence{Kind: fixer.FromTable, Source: "Debian " + release, Text: fmt.Sprintf("estimated: packages of about %d MB leave the image, by their installed sizes", mb/10*10)})
	}
	return list
}

// worthSaying is the least difference in size, in MB, that is told.
const worthSaying = 20

// Edit makes the conversion on a draft of a fix about the file.
func (c *Conversion) Edit(d *fixer.Draft) error {
	old := "stage 0"
	if c.Old != "" {
		old = "stage " + c.Old
	}
	final := "stage 1"
	if c.Old != "" {
		final = old
	}
	d.At(d.File).Stages(c.edits, map[string][]string{old: {"stage " + c.Name, final}}, c.alters...)
	return nil
}
