package container

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A madeDirectory is one that the Dockerfile makes, or opens for whoever runs in the
// container, under a name that says that it is written to: logs, data, uploads.
type madeDirectory struct {
	path, place string
	says        string // the instruction for people
	empty       bool   // it was made, and nothing shows that files came into it
}

// madeDirectories are those of an image built here, in the order of their steps. Of stages
// that the image copies from, those that come with what is copied.
func (p *Profile) madeDirectories() []madeDirectory {
	if !p.BuiltHere() {
		return nil
	}
	var out []madeDirectory
	chain := p.Build.Stage.Chain()
	for _, s := range chain {
		for _, i := range s.Instructions {
			from, ok := i.Flag("from")
			source := build.StageNamed(p.Build.File, from.Value)
			if !ok || i.Keyword != "COPY" || len(i.Words) != 2 || source == nil || source.Index >= s.Index {
				continue
			}
			of, to := i.Words[0].Value, i.Words[1].Value
			if !path.IsAbs(to) {
				to = path.Join(s.WorkdirAt(i).Text, to)
			}
			for _, made := range p.madeIn(source.Chain()) {
				if rest, inside := strings.CutPrefix(made.path, strings.TrimSuffix(of, "/")+"/"); inside && path.IsAbs(of) {
					made.path = path.Join(to, rest)
					out = append(out, made)
				}
			}
		}
	}
	return append(out, p.madeIn(chain)...)
}

// madeIn are those that the steps of stages make or open.
func (p *Profile) madeIn(stages []*dockerfile.Stage) []madeDirectory {
	var out []madeDirectory
	for _, st := range build.Read(p.Build.File).Steps("RUN") {
		if !slices.Contains(stages, st.Stage) {
			continue
		}
		dir := st.Stage.WorkdirAt(st.Instruction)
		for _, c := range st.Commands {
			if c.Program == "cd" || c.Program == "pushd" {
				dir.Known = false
			}
			for _, word := range opened(c) {
				if !path.IsAbs(word) {
					if !dir.Known {
						continue
					}
					word = path.Join(dir.Text, word)
				}
				at := path.Clean(word)
				if !build.ForWriting(at) || within("/tmp", at) || within("/var/lib/apt", at) || within("/var/cache/apt", at) || slices.ContainsFunc(out, func(m madeDirectory) bool { return m.path == at }) {
					continue
				}
				out = append(out, madeDirectory{at, place(p.Build.Path, st.At.Line), fmt.Sprintf("RUN %s %s", c.Program, at), c.Program == "mkdir"})
			}
		}
	}
	return out
}

// opened are the paths that a command makes directories at, or lets others than root write to.
func opened(c build.Command) []string {
	if c.Place != 0 {
		return nil
	}
	words := slices.DeleteFunc(slices.Clone(c.Plain()), func(w string) bool { return strings.ContainsAny(w, "$*?[{`") })
	switch {
	case c.Program == "mkdir":
		return words
	case len(words) < 2:
		return nil
	case c.Program == "chown", c.Program == "chgrp":
		return words[1:]
	case c.Program == "chmod" && opensForOthers(words[0]):
		return words[1:]
	}
	return nil
}

// opensForOthers reports whether a mode lets the group or everybody write.
func opensForOthers(mode string) bool {
	if strings.Trim(mode, "01234567") == "" && len(mode) > 2 {
		return strings.ContainsAny(mode[len(mode)-2:], "2367")
	}
	_, what, _ := strings.Cut(mode, "+")
	return strings.Contains(what, "w") || strings.Contains(mode, "g=u")
}

// roomForMade gives room to the directories that the Dockerfile makes for writing, or makes
// the decision one for a person.
func (s *Spec) roomForMade(d *ReadOnlyDecision) {
	for _, m := range s.Image.madeDirectories() {
		if d.Level == fixer.Manual {
			return
		}
		if s.Mounted(m.path) || s.Platform == Compose && s.Image.declaresVolume(m.path) || covered(d, m.path) {
			continue
		}
		e := fixer.Evidence{Kind: fixer.FromDockerfile, Place: m.place, Text: m.says}
		if (scratchable(m.path) || scratchName[path.Base(m.path)]) && s.roomAt(d, m.path, m.path, m.empty) {
			d.Evidence = append(slices.Clip(d.Evidence), e)
			continue
		}
		d.manual("Mount a volume at " + m.path + ", then make the root filesystem read-only. " + m.says + " on line " + m.place[strings.LastIndexByte(m.place, ':')+1:] + " of the Dockerfile shows that the application writes there")
		d.Evidence = append(slices.Clip(d.Evidence), e)
	}
}
