package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/pin"
)

// argumentPlace says how an image is pinned whose name comes from arguments. A
// digest behind ${TAG} would win over the tag, so that another value of the argument
// would silently change nothing. It goes into the default of the argument, where
// whoever gives another value replaces both: where one argument is the end of
// the name, has one default, and serves no other name.
func argumentPlace(p *fixer.Pass, s *dockerfile.Stage, at *pin.Place) {
	example := fmt.Sprintf("use one ARG for the whole name, with the default %s@sha256:…, and FROM ${%s}. A digest after a variable would override the variable", s.Image, s.Args[0])
	if len(s.Args) != 1 {
		at.Locked = example
		return
	}
	name := s.Args[0]
	before, ends := cutVariable(s.BaseWord.Raw, name)
	at.TagOnly = strings.HasSuffix(before, ":")
	pair, in, ok := onlyDefault(p.File.Dockerfile, name)
	switch {
	case !ends || before != "" && !at.TagOnly || !ok || pair.Arg.Dynamic:
		at.Locked = example
		return
	case usedElsewhere(p.File.Dockerfile, s, name):
		at.Locked = fmt.Sprintf("ARG %s is used in several places; %s", name, example)
		return
	}
	for _, v := range p.Topology().Users(p.File.Path) {
		if v.PassesBuildArg(name) {
			at.Locked = fmt.Sprintf("service %q in %s sets ARG %s; pin its value there", v.Name, v.File, name)
			return
		}
	}
	at.How = "ARG " + name + "="
	at.Piece = pair.Value
	at.Overrides = fmt.Sprintf("A build that sets --build-arg %s replaces the tag and the digest together", name)
	at.Write = replaceWord(p.File.Dockerfile, in, pair.Arg, pair.Value)
}

// cutVariable cuts $NAME or ${NAME} off the end of a word and reports whether it
// stood there.
func cutVariable(raw, name string) (before string, ok bool) {
	for _, form := range []string{"${" + name + "}", "$" + name} {
		if before, ok := strings.CutSuffix(strings.Trim(raw, `"`), form); ok {
			return before, true
		}
	}
	return "", false
}

// onlyDefault returns the one declaration of an ARG before the first FROM, with its
// instruction; ok is false where there are several, or none with a default.
func onlyDefault(file *dockerfile.File, name string) (pair dockerfile.Pair, in *dockerfile.Instruction, ok bool) {
	for _, i := range file.MetaArgs {
		for _, p := range i.Pairs {
			if p.Key != name {
				continue
			}
			if ok || !p.HasValue {
				return pair, in, false
			}
			pair, in, ok = p, i, true
		}
	}
	return pair, in, ok
}

// usedElsewhere reports whether an ARG before the first FROM serves another
// purpose than one base image: other names and defaults read it, or a stage
// declares it to read it.
func usedElsewhere(file *dockerfile.File, but *dockerfile.Stage, name string) bool {
	for _, i := range file.MetaArgs {
		for _, p := range i.Pairs {
			if p.Key != name && strings.Contains(p.Arg.Raw, name) {
				return true
			}
		}
	}
	for _, s := range file.Stages {
		if s.Base != but.Base && slices.Contains(s.Args, name) || strings.Contains(s.Platform, name) {
			return true
		}
		for _, i := range s.Instructions {
			if i.Keyword == "ARG" && slices.ContainsFunc(i.Pairs, func(p dockerfile.Pair) bool { return p.Key == name }) {
				return true
			}
		}
	}
	return false
}
