package multistage

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An ownership is what a chown of the build did to a path that is copied, or to what
// holds one.
type ownership struct {
	path, owner string
	all         bool // with all below it
}

// owned notes what a chown did to a path.
func (p *partition) owned(cmd build.Command, at string) {
	if names := cmd.Arguments().Names(); cmd.Program == "chown" && len(names) > 1 {
		all := slices.ContainsFunc(cmd.Args(), func(w dockerfile.Word) bool {
			return w.Value == "--recursive" || strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "--") && strings.Contains(w.Value, "R")
		})
		p.owners = append(p.owners, ownership{at, names[0], all})
	}
}

// ownedByUser notes that a step which runs as another user than root leaves files of
// that user where it runs.
func (c *conversion) ownedByUser(p *partition, st build.Step) {
	user := c.app.Stage.UserAt(st.Instruction)
	name, _, _ := strings.Cut(user.Text, ":")
	at := c.app.Absolute(st.Instruction, ".")
	if user.At == nil || name == "root" || name == "0" || at == "" || !c.copied(at) {
		return
	}
	for _, o := range p.owners {
		if first, _, _ := strings.Cut(o.owner, ":"); o.all && first == name && build.Within(at, o.path) {
			return // with its group
		}
	}
	p.owners = append(p.owners, ownership{at, user.Text, true})
}

// ownerOf is the owner that the build gave to a path and all below it.
func (c *conversion) ownerOf(r stack.Runtime, p string) string {
	owner := ""
	for _, o := range c.parts.owners {
		if o.all && build.Within(p, o.path) {
			owner = o.owner
		}
	}
	if !r.Shell && owner != "" && strings.Trim(owner, "0123456789:") != "" {
		return r.User // names are unknown there
	}
	if strings.ContainsAny(owner, "$`") {
		return ""
	}
	return owner
}

// ownedLines give directories below what is copied their owners again, which COPY does
// not take along.
func (c *conversion) ownedLines(out *Conversion) ([]string, error) {
	var commands []string
	for _, o := range c.parts.owners {
		k := slices.IndexFunc(out.Copies, func(cp Copy) bool { return build.Within(o.path, cp.Path) })
		if k < 0 || o.owner == out.Copies[k].Owner || o.all && o.path == out.Copies[k].Path {
			continue
		}
		switch {
		case strings.ContainsAny(o.owner, "$`"):
			return nil, stack.Refuse(stack.UnknownOutput, nil, "Name the owner without a variable", "a variable decides who owns %s", text.VisibleLine(o.path))
		case !out.Runtime.Shell:
			return nil, stack.Refuse(stack.NoRuntime, nil, "Give the directory as a whole to its user", "the build changes the owner of %s, which needs a shell in the image", text.VisibleLine(o.path))
		}
		command := "chown "
		if o.all {
			command += "-R "
		}
		commands = append(commands, command+o.owner+" "+o.path)
	}
	if len(commands) == 0 {
		return nil, nil
	}
	return strings.Split("RUN "+strings.Join(slices.Compact(commands), " && \\\n    "), "\n"), nil
}
