package multistage

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

func addCopy(list []stack.Copy, add stack.Copy) []stack.Copy {
	if slices.ContainsFunc(list, func(have stack.Copy) bool { return build.Within(add.Path, have.Path) }) {
		return list
	}
	return append(list, add)
}

// readCopy notes what COPY and ADD put outside the application.
func (c *conversion) readCopy(p *partition, i *dockerfile.Instruction) error {
	if len(i.Words) < 2 {
		return nil
	}
	last := i.Words[len(i.Words)-1]
	to := c.app.Absolute(i, last.Value)
	if to == "" || last.Dynamic {
		return stack.Refuse(stack.UnknownOutput, i, "Name the directory without a variable", "line %d copies to %s, which a variable decides", i.Line, text.VisibleLine(last.Raw))
	}
	// The owner of sources is not that of what is made of them.
	sources := !c.recipe.Whole && !slices.ContainsFunc(i.Words[:len(i.Words)-1], func(w dockerfile.Word) bool { return !c.isSource(w) })
	if owner, ok := i.Flag("chown"); ok && (!sources || c.copied(to)) {
		p.owners = append(p.owners, ownership{to, owner.Value, true})
	}
	if c.copied(to) || passing(to) || c.onlyBuilds(to) {
		return nil
	}
	into := strings.HasSuffix(last.Value, "/") || len(i.Words) > 2 || systemDirs[to] || to == c.app.Absolute(i, ".") // a directory, which is there
	for _, w := range i.Words[:len(i.Words)-1] {
		at := to
		name := path.Base(path.Join("/", w.Value))
		_, from := i.Flag("from")
		if !from && (c.onlyInstalls(name) || !c.recipe.Whole && c.isSource(w)) {
			continue
		}
		if into && (from || !c.isDir(w.Value)) {
			if w.Dynamic || strings.ContainsAny(name, `*?[`) || name == "/" || name == "." {
				return stack.Refuse(stack.UnknownOutput, i, "Copy into a directory of its own", "line %d copies %s into %s, and oakum does not know which files", i.Line, text.VisibleLine(w.Raw), to)
			}
			at = path.Join(to, name)
		}
		if c.onlyBuilds(at) || !from && !c.recipe.Whole && c.isDir(w.Value) && build.Within(c.app.Workdir, at) {
			continue // the latter: among the sources, of which the recipe has what may be opened
		}
		if systemDirs[at] {
			return stack.Refuse(stack.UnknownOutput, i, "Copy into a directory of its own", "line %d copies into %s, where the base image has files of its own", i.Line, at)
		}
		why := i.Keyword
		if dockerfile.IsRemote(w.Value) {
			why = remote
		}
		p.extra = addCopy(p.extra, stack.Copy{Path: at, Why: why})
	}
	return nil
}

// onlyInstalls reports whether a file says what to install, and nothing reads it when the
// application runs elsewhere.
func (c *conversion) onlyInstalls(name string) bool {
	return slices.Contains(c.stack.Manifests, name) || strings.HasPrefix(name, "requirements") && path.Ext(name) == ".txt"
}

// isSource reports whether COPY puts sources there that are compiled: files of a
// language, or a directory that has some, or what is not known. What the compiled
// application opens besides is among the copies of its recipe.
func (c *conversion) isSource(w dockerfile.Word) bool {
	src := path.Join("/", w.Value)[1:]
	if dockerfile.IsRemote(w.Value) {
		return false
	}
	if w.Dynamic || strings.ContainsAny(src, "*?[") {
		return true
	}
	return c.app.Compiles(src)
}

func (c *conversion) isDir(source string) bool {
	src := path.Join("/", source)[1:]
	n, ok := c.app.Context.Has(src)
	return src == "" || ok && n.Kind != 0
}
