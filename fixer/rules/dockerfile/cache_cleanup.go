package dockerfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

func cacheOption(c build.Command, names ...string) bool {
	for _, w := range c.Args() {
		name, _, _ := strings.Cut(w.Value, "=")
		for _, n := range names {
			if name == n {
				return true
			}
		}
		if build.HoldsOptions(w) {
			return true // a variable full of options may hold it
		}
	}
	return false
}

// deletesCache reports whether one of the commands deletes a cache folder.
func deletesCache(list []build.Command, folder string) bool {
	for _, c := range list {
		switch c.Program {
		case "rm", "find":
			for _, w := range c.Args() {
				if strings.Contains(w.Raw, folder) || strings.TrimRight(w.Raw, "/*") == "/root" {
					return true
				}
			}
		case "pip", "pip3":
			if c.Has("purge") {
				return true
			}
		case "npm", "yarn":
			if c.Has("cache") && c.Has("clean", "clear") {
				return true
			}
		}
	}
	return false
}

// follow lets another command run behind one at the top level of a step, in a
// way that a failure of the first one still ends what it ended before.
func follow(f *dockerfile.File, st build.Step, c build.Command, added string) ([]text.Edit, error) {
	if c.Copied {
		return nil, errors.New(dockerfile.CopiedReason)
	}
	if c.Place != 0 {
		return nil, fmt.Errorf("the command is in %s", c.Place)
	}
	next := following(f, st.Instruction, c.End)
	switch next.kind {
	case aSemicolon:
		return []text.Edit{text.Insert(c.End, next.separator+added)}, nil
	case somethingElse:
		return nil, errors.New("the end of the command is unclear")
	}
	edits, err := st.Script.Append(c.Command, added)
	if err == nil && len(edits) == 1 && edits[0].New == " && "+added {
		edits = []text.Edit{onOwnLine(f, c.Command, next, added)}
	}
	return edits, err
}
