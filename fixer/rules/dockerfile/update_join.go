package dockerfile

import (
	"fmt"
	"slices"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// A fetch is a RUN that fetches package lists and installs nothing.
type fetch struct {
	pass  *fixer.Pass
	runs  *packageRuns
	run   *packageRun
	call  call // of the package manager
	later need // of the lists
	kept  bool // its stage ends up in an image
}

func (l *fetch) name() string { return l.call.program + " " + l.call.sub }

// mend offers to join the step with the one that installs, or to take it out
// when none does, and says in every other case why not.
func (l *fetch) mend(f *fixer.Finding) {
	var edits []text.Edit
	var err error
	fix := fixer.Fix{Level: fixer.Review, Verify: "docker build --no-cache .   installs the packages"}
	switch {
	case !bareFetch(l.run.at) || len(l.run.script.Commands) != 1:
		err = fixer.Refuse("the step does more than fetch lists")
	case l.call.manager.name == "zypper":
		err = fixer.Refuse("zypper refresh also takes in new keys, which later steps may need")
	case l.later.sure:
		fix.ID, fix.Title = "join", fmt.Sprintf("join it with the installation on line %d", l.later.by.Line)
		fix.Breaks = "packages come in the versions of the day on which the step is built, not of the day on which the lists were cached"
		edits, err = l.join()
	case l.later.by != nil:
		err = fixer.Refuse("line %d runs something that may install packages or look into the lists", l.later.by.Line)
	default:
		fix.ID, fix.Title = "remove", "take the step out: nothing behind it needs the lists"
		fix.Breaks = "images built from this one, and commands in the container, that install packages without fetching the lists first"
		edits, err = l.runs.file.Delete(l.run.at)
	}
	if err == nil {
		fix.Edit = edit(l.pass, edits)
		f.Fixes = []fixer.Fix{fix}
		return
	}
	if l.later.sure {
		f.Advice = fmt.Sprintf("join it with the installation on line %d (%s && %s …) and delete the lists at the end of that step; it is not done here because %s",
			l.later.by.Line, l.name(), l.call.program, reason(err))
		return
	}
	f.Advice = fmt.Sprintf("take the step out if nothing needs the lists, or join it with the one that installs (%s && %s …); it is not done here because %s",
		l.name(), l.call.program, reason(err))
}

// join takes the step out and lets the next one fetch for itself. The next one
// must be a single chain, so that a failure to fetch still ends the build.
func (l *fetch) join() ([]text.Edit, error) {
	f, m := l.runs.file, l.call.manager
	into := l.runs.runs[l.later.by]
	switch list := l.run.at.Stage.Instructions; {
	case into.script == nil:
		return nil, fixer.Refuse("%s", into.why)
	case !adjacent(list, l.run.at, into.at):
		return nil, fixer.Refuse("something stands between the two")
	case flagText(l.run.run) != flagText(into.run):
		return nil, fixer.Refuse("the two have different mounts or other options")
	}
	edits, err := f.Delete(l.run.at)
	if err != nil {
		return nil, err
	}
	if m.name == "apk" {
		if ancientAlpine(l.pass, into.run.Stage) {
			return nil, fixer.Refuse("apk of Alpine 3.2 and older has no --no-cache")
		}
		more, err := noCache(into, m)
		return append(edits, more...), err
	}
	install, err := into.onlyChain(m)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(into.script.Commands, func(c dockerfile.Command) bool { return c.Start < install.Start && looksUp(c, "") }) {
		return nil, fixer.Refuse("line %d looks into the lists before it installs", into.run.Line)
	}
	fetching := string(f.Source[l.call.Start:l.call.End])
	edits = append(edits, text.Insert(install.Start, fetching+" && "))
	if l.kept && into.uncleaned(install) {
		switch next := l.runs.neededAfter(into.at, m); {
		case next.sure:
			return nil, fixer.Refuse("line %d installs from the same lists", next.by.Line)
		case next.by != nil:
			return nil, fixer.Refuse("line %d runs something that may use the same lists", next.by.Line)
		}
		clean, err := cleanup(f, into, install)
		if err != nil {
			return nil, err
		}
		edits = append(edits, clean...)
	}
	return edits, nil
}

// adjacent reports whether one instruction stands directly behind another.
func adjacent(list []*dockerfile.Instruction, a, b *dockerfile.Instruction) bool {
	k := slices.Index(list, a)
	return k >= 0 && k+1 < len(list) && list[k+1] == b
}

// flagText is what the flags of an instruction say, in order.
func flagText(i *dockerfile.Instruction) string {
	out := ""
	for _, flag := range i.Flags {
		out += " " + flag.Word.Raw
	}
	return out
}

// onlyChain returns the first call that installs with the manager, in a step
// whose commands are all links of one chain.
func (r *packageRun) onlyChain(m *manager) (*call, error) {
	k := slices.IndexFunc(r.calls, func(c call) bool { return c.manager == m && m.uses[c.sub] })
	if k < 0 {
		return nil, fixer.Refuse("the installation is not found")
	}
	for _, c := range r.script.Commands {
		if c.Place&^dockerfile.InSubstitution != 0 || c.Place == 0 && c.Chain != r.calls[k].Chain {
			return nil, fixer.Refuse("not all commands of line %d depend on the ones before them", r.run.Line)
		}
	}
	return &r.calls[k], nil
}

// uncleaned reports whether nothing behind a call takes away what its manager
// fetched.
func (r *packageRun) uncleaned(c *call) bool {
	return !slices.ContainsFunc(r.script.Commands, func(o dockerfile.Command) bool { return o.Start > c.Start && c.manager.cleans(o) })
}
