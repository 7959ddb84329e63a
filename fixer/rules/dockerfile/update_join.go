package dockerfile

import (
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A fetch is a RUN that fetches package lists and installs nothing.
type fetch struct {
	pass  *fixer.Pass
	runs  *build.Packages
	run   *build.PackageRun
	call  *build.PackageCall // of the package manager
	later build.Need         // of the lists
	kept  bool               // its stage ends up in an image
}

func (l *fetch) name() string { return l.call.Program + " " + l.call.Verb }

// mend offers to join the step with the one that installs, or to take it out
// when none does, and says in every other case why not.
func (l *fetch) mend(f *fixer.Finding) {
	var edits []text.Edit
	var err error
	fix := fixer.Fix{Level: fixer.Review, Verify: "docker build --no-cache .\nsucceeds, and its log lists the installed packages"}
	switch {
	case uncounted(l.run.At) != "lists" || len(l.run.Script.Commands) != 1:
		err = fixer.Refuse("the step does more than update the lists")
	case l.call.Manager.Name == "zypper":
		err = fixer.Refuse("zypper refresh also imports keys, which later steps may need")
	case l.later.Sure && l.later.File != "":
		err = fixer.Refuse("%s, which uses this image, installs from the lists", l.later.Where())
	case l.later.Sure:
		fix.ID, fix.Title = "join", fmt.Sprintf("Join the update with the install command on %s", l.later.Where())
		fix.Breaks = "Builds may install newer package versions than the cached lists contain"
		edits, err = l.join()
	case l.later.By != nil:
		err = fixer.Refuse("%s runs a command that may install packages or read the lists", l.later.Where())
	default:
		fix.ID, fix.Title = "remove", "Remove the step: no later step needs the lists"
		fix.Breaks = "Images built from this one, and commands in the container, that install packages without an update"
		edits, err = l.pass.File.Dockerfile.Delete(l.run.At)
	}
	if err == nil {
		fix.Edit = edit(edits)
		f.Fixes = []fixer.Fix{fix}
		return
	}
	if l.later.Sure && l.later.File == "" {
		f.Advice = fmt.Sprintf("Join the update with the install command on %s (%s && %s …), and delete the lists at the end of that step. Not fixed automatically: %s",
			l.later.Where(), l.name(), l.call.Program, build.Reason(err))
		return
	}
	f.Advice = fmt.Sprintf("Remove the step if no step needs the lists, or join it with the install command (%s && %s …). Not fixed automatically: %s",
		l.name(), l.call.Program, build.Reason(err))
}

// join takes the step out and lets the next one fetch for itself. The next one
// must be a single chain, so that a failure to fetch still ends the build.
func (l *fetch) join() ([]text.Edit, error) {
	f, m := l.pass.File.Dockerfile, l.call.Manager
	into := l.runs.At(l.later.By)
	switch list := l.run.At.Stage.Instructions; {
	case into.Script == nil:
		return nil, fixer.Refuse("%s", into.Why)
	case slices.ContainsFunc(into.Calls, func(c *build.PackageCall) bool { return c.Copied }):
		return nil, fixer.Refuse("%s", dockerfile.CopiedReason)
	case !adjacent(list, l.run.At, into.At):
		return nil, fixer.Refuse("other instructions are between the two steps")
	case flagText(l.run.Instruction) != flagText(into.Instruction):
		return nil, fixer.Refuse("the two steps have different mounts or options")
	}
	edits, err := f.Delete(l.run.At)
	if err != nil {
		return nil, err
	}
	if m.Name == "apk" {
		if ancientAlpine(l.pass, into.Instruction.Stage) {
			return nil, fixer.Refuse("apk of Alpine 3.2 and older has no --no-cache")
		}
		more, err := noCache(into, m)
		return append(edits, more...), err
	}
	install, err := into.OnlyChain(m)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(into.Commands, func(c build.Command) bool { return c.Start < install.Start && build.ReadsLists(c) }) {
		return nil, fixer.Refuse("line %d reads the lists before it installs", into.Instruction.Line)
	}
	fetching := string(f.Source[l.call.Start:l.call.End])
	edits = append(edits, text.Insert(install.Start, fetching+" && "))
	if l.kept && into.Uncleaned(install) {
		switch next := build.NeededAfter(l.pass, into.At, m); {
		case next.Sure:
			return nil, fixer.Refuse("%s installs from the same lists", next.Where())
		case next.By != nil:
			return nil, fixer.Refuse("%s runs a command that may use the same lists", next.Where())
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
