package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// A fileCapability is one that a program of an image has by its file. The kernel does
// not start the program, not even for root, where the container may not have it.
type fileCapability struct {
	name  string // in upper case, without CAP_
	place string // where a Dockerfile gives or copies it
	word  string // for people: what the Dockerfile does
}

// copiedCapabilities returns those of programs that a build copies out of other images,
// which keep what the image table knows that they have.
func copiedCapabilities(p *fixer.Pass, b topology.Build) []fileCapability {
	var out []fileCapability
	chain := b.Stage.Chain()
	for _, s := range slices.Concat(chain, copiedFrom(b.File, chain)) {
		for _, i := range s.Instructions {
			from, ok := i.Flag("from")
			if !ok || i.Keyword != "COPY" || len(i.Words) < 2 || !slices.ContainsFunc(i.Words[:len(i.Words)-1], copiesProgram) {
				continue
			}
			ref := from.Value
			if source := build.StageNamed(b.File, ref); source != nil {
				ref = source.Root().Image
			}
			if ref == "" || ref == "scratch" {
				continue
			}
			if e := p.Facts.Image(ref).Entry; e != nil && !e.ByName {
				for _, name := range e.CapsNonRoot {
					out = append(out, fileCapability{name, place(b.Path, i.Line), "COPY --from=" + from.Value})
				}
			}
		}
	}
	return out
}

// copiesProgram reports whether the source of a copy is a program, or has programs below.
func copiesProgram(w dockerfile.Word) bool {
	return build.ProgramDir(w.Value) || build.ProgramDir(path.Dir(w.Value))
}

// setCapability recognises what setcap is told: cap_net_bind_service,cap_net_raw=+ep.
var setCapability = text.Regexp(`(?i)\bcap_([a-z_]+)`)

// fileCapabilities returns the capabilities that programs of an image built here have by
// their files: by setcap, by a copy from another image, or as the base has them.
func (p *Profile) fileCapabilities() []fileCapability {
	if p.Build == nil {
		return nil
	}
	out := slices.Clone(p.copied)
	f, chain := p.Build.File, p.Build.Stage.Chain()
	carried := copiedFrom(f, chain)
	for _, s := range slices.Concat(chain, carried) {
		for _, i := range s.Instructions {
			if i.Keyword != "RUN" || !strings.Contains(string(f.Source[i.Start:i.End]), "setcap") {
				continue
			}
			for _, c := range build.Read(f).Step(i).Commands {
				at := slices.IndexFunc(c.Words, func(w dockerfile.Word) bool { return path.Base(w.Value) == "setcap" })
				if at < 0 {
					continue
				}
				for _, w := range c.Words[at+1:] {
					for _, m := range setCapability().FindAllStringSubmatch(w.Value, -1) {
						out = append(out, fileCapability{strings.ToUpper(m[1]), place(p.Build.Path, i.Line), "setcap " + short(w.Value, 60)})
					}
				}
			}
		}
	}
	if p.Entry != nil && p.Program() == nil { // of a base whose program is not the one that starts
		for _, name := range p.Entry.CapsNonRoot {
			out = append(out, fileCapability{name, place(p.Build.Path, p.Build.Stage.Root().From.Line), "FROM " + p.Entry.ID})
		}
	}
	return out
}

// ownFileCapabilities returns, of the capabilities that the container may have today,
// those that programs of its image have by their files, and what tells so.
func (s *Spec) ownFileCapabilities() (names []string, evidence []fixer.Evidence) {
	for _, c := range s.Image.fileCapabilities() {
		if slices.Contains(names, c.name) || !isDefault(c.name) && !s.adds(c.name) {
			continue
		}
		names = append(names, c.name)
		evidence = append(evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: c.place, Text: c.word + " gives a binary " + c.name + ", and the kernel does not start it in a container that may not have that"})
	}
	return names, evidence
}

// sendsRaw returns a command in the file that sends packets of its own making, such as
// ping, nil where there is none.
func (s *Spec) sendsRaw() *effect {
	for _, e := range s.effects() {
		if e.setuid && slices.Contains(e.caps, "NET_RAW") && !e.run.asRoot() {
			return &e
		}
	}
	return nil
}

// UsesAsUser reports whether a process that is not root may use a capability that the
// container adds: a program has it by its file, or a command in the file starts one that
// has on most distributions.
func (s *Spec) UsesAsUser(name string) bool {
	own, _ := s.ownFileCapabilities()
	return slices.Contains(own, name) || slices.ContainsFunc(s.effects(), func(e effect) bool { return e.setuid && slices.Contains(e.caps, name) })
}
