package multistage

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// convert works out the conversion that runs on one image, with layers in place of a jar
// where there are some. The error is a [*stack.Refusal].
func (c *conversion) convert(r stack.Runtime, layers *stack.Layers) (*Conversion, error) {
	a := c.app
	out := &Conversion{Runtime: r, Name: c.stageName(), Old: a.Stage.Name,
		Leaves: slices.Concat(c.recipe.Leaves, c.parts.dropped), Assumes: c.recipe.Assumes, Breaks: slices.Concat(c.recipe.Breaks, r.Breaks)}
	packages := slices.Clone(c.parts.packages)
	for _, name := range slices.Concat(c.recipe.Packages, r.Packages, c.brought(r)) {
		packages = appendOnce(packages, name)
	}
	if !r.Shell {
		if why, at := c.needsShell(); why != "" {
			return nil, stack.Refuse(stack.NoRuntime, at, "Use the exec form, and check the health of the application from outside", "%s, so the image needs a shell", why)
		}
		packages = slices.DeleteFunc(packages, func(name string) bool { return inMinimal[name] || slices.Contains(r.Has, name) })
		if len(packages) > 0 || c.parts.system {
			return nil, stack.Refuse(stack.NoRuntime, nil, "Leave the packages out", "the application needs packages that a minimal image cannot install")
		}
	}
	if r.Shell && c.pass.Facts.Image(r.Image).Base.Default.IsNonRoot() && (len(packages) > 0 || len(c.parts.setup) > 0) {
		return nil, stack.Refuse(stack.NoRuntime, nil, "Leave the packages out", "the application needs packages that an image without root cannot install")
	}
	if (r.ID == "slim" || r.ID == "same-base") && len(packages) > 0 && c.parts.manager == nil && a.Archived() {
		return nil, stack.Refuse(stack.NoRuntime, a.Stage.From, "Update the base image first", "a smaller image lacks %s, and %s is of a release of Debian whose packages cannot be installed any more", listed(packages, 4), text.VisibleLine(a.Ref.Familiar()))
	}
	if err := c.checkManager(r, packages); err != nil {
		return nil, err
	}
	if err := c.checkStart(r, packages); err != nil {
		return nil, err
	}
	out.Packages = packages
	if whole := slices.DeleteFunc(slices.Clone(c.parts.whole), func(name string) bool { return !slices.Contains(packages, name) }); len(whole) > 0 {
		out.Breaks = append(slices.Clip(out.Breaks), "An application that uses a package which "+listed(whole, 4)+" only "+recommend(whole))
	}
	if a.Assumed != "" && r.Shell && len(packages) > 0 {
		out.Assumes = append(slices.Clone(out.Assumes), a.Assumed)
	}
	for _, name := range c.parts.unsure {
		if slices.Contains(packages, name) {
			out.Unsure = append(out.Unsure, name)
		}
	}
	copies := slices.Concat(c.recipe.Copies, c.parts.extra, r.Copies)
	if layers != nil {
		copies = slices.DeleteFunc(copies, func(cp stack.Copy) bool { return cp.Path == layers.Jar })
		copies = append(copies, layers.Copies...)
		out.Layers = layers
	}
	for _, cp := range copies {
		if cp.Apart || !slices.ContainsFunc(out.Copies, func(have Copy) bool { return build.Within(cp.Path, have.Path) }) {
			out.Copies = append(out.Copies, Copy{Copy: cp, Owner: c.ownerOf(r, cp.Path)})
		}
	}
	if out.Runtime.User != "" {
		for _, dir := range c.parts.made {
			if c.ownerOf(r, dir) == "" {
				out.Copies = append(out.Copies, Copy{Copy: stack.Copy{Path: dir, Why: "mkdir", Apart: true}, Owner: out.Runtime.User})
			}
		}
	}
	return out, c.write(out)
}

// checkManager refuses packages that another package manager would have to install than
// that of the build.
func (c *conversion) checkManager(r stack.Runtime, packages []string) error {
	if len(packages) == 0 || c.parts.manager == nil {
		return nil
	}
	m := c.pass.Facts.Image(r.Image).Base.Packages
	if name := c.parts.manager.Name; name != "apt" && name != "apk" || m != "" && string(m) != name {
		return stack.Refuse(stack.UnknownPackage, nil, "Build on the distribution of "+text.VisibleLine(r.Image), "the file installs packages with %s, which %s does not have", name, text.VisibleLine(r.Image))
	}
	return nil
}

// inMinimal are packages whose files minimal images have already.
var inMinimal = map[string]bool{"ca-certificates": true, "tzdata": true, "netbase": true, "base-files": true, "tini": false}

// stageName is a name for the first stage that the file does not use.
func (c *conversion) stageName() string {
	if strings.EqualFold(c.app.Stage.Name, "build") {
		return "builder"
	}
	return "build"
}

// write works out the edits.
func (c *conversion) write(out *Conversion) error {
	a, f := c.app, c.app.File
	list := a.Stage.Instructions
	c.last = lastBuilt(a.Stage)
	if c.last < 0 {
		return stack.Refuse(stack.UnknownOutput, nil, "", "nothing in the file builds")
	}
	head, tail := list[:c.last+1], list[c.last+1:]
	moved := movedInstructions(head)
	lines, err := c.stageLines(out, head, tail, moved)
	if err != nil {
		return err
	}
	edits, err := c.nameStage(out)
	if err != nil {
		return err
	}
	for _, m := range moved {
		e, err := f.Cut(m)
		if err != nil {
			return refused(err, m)
		}
		edits = append(edits, e...)
	}
	if len(c.recipe.Before) > 0 {
		e, err := f.InsertBefore(c.recipe.BeforeAt, c.recipe.Before...)
		if err != nil {
			return refused(err, c.recipe.BeforeAt)
		}
		edits = append(edits, e...)
	}
	after := c.recipe.After
	if out.Layers != nil {
		after = slices.Concat(after, out.Layers.After)
	}
	if len(after) > 0 {
		e, err := f.InsertAfter(list[c.last], after...)
		if err != nil {
			return refused(err, list[c.last])
		}
		edits = append(edits, e...)
	}
	var e []text.Edit
	if len(tail) > 0 {
		if !f.BlankAbove(tail[0]) {
			lines = append([]string{""}, lines...)
		}
		e, err = f.InsertBefore(tail[0], append(lines, "")...)
	} else {
		e, err = f.InsertAfter(list[c.last], append([]string{""}, lines...)...)
	}
	if err != nil {
		return refused(err, list[c.last])
	}
	edits = append(edits, e...)
	tailEdits, err := c.editTail(out, tail)
	if err != nil {
		return err
	}
	out.edits = append(edits, tailEdits...)
	text.Sort(out.edits)
	out.edits = joinedEdits(out.edits)
	out.alters = append(out.alters, dockerfile.FieldBase, dockerfile.FieldStage, dockerfile.FieldUser, dockerfile.FieldEnv, dockerfile.FieldWorkdir)
	if c.resetsEntrypoint(out.Runtime) {
		out.alters = append(out.alters, dockerfile.FieldEntrypoint)
	}
	return nil
}

// joinedEdits makes one edit of two that meet: what is cut, and what comes behind it.
func joinedEdits(list []text.Edit) []text.Edit {
	var out []text.Edit
	for _, e := range list {
		if n := len(out); n > 0 && out[n-1].End == e.Start {
			out[n-1].End, out[n-1].New = e.End, out[n-1].New+e.New
			continue
		}
		out = append(out, e)
	}
	return out
}

func refused(err error, at *dockerfile.Instruction) error {
	return stack.Refuse(stack.UnknownOutput, at, "Write the second stage by hand", "%s", build.Reason(err))
}

// movedInstructions are those before the last step that only say how the image runs:
// they go to the second stage as they are.
func movedInstructions(head []*dockerfile.Instruction) []*dockerfile.Instruction {
	var out []*dockerfile.Instruction
	for _, i := range head {
		switch i.Keyword {
		case "LABEL", "MAINTAINER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD", "ENTRYPOINT", "VOLUME":
			out = append(out, i)
		}
	}
	return out
}

// nameStage gives the first stage its name.
func (c *conversion) nameStage(out *Conversion) ([]text.Edit, error) {
	from := c.app.Stage.From
	var edits []text.Edit
	var err error
	if out.Old == "" {
		as := " AS "
		if from.Name.Raw == "from" {
			as = " as "
		}
		edits = []text.Edit{text.Insert(from.Words[len(from.Words)-1].End, as+out.Name)}
	} else {
		edits, err = c.app.File.ReplaceWord(from, from.Words[2], out.Name)
	}
	if err != nil {
		return nil, refused(err, from)
	}
	return edits, nil
}

// stageLines are the lines of the second stage before what follows the last step.
func (c *conversion) stageLines(out *Conversion, head, tail, moved []*dockerfile.Instruction) ([]string, error) {
	a, f := c.app, c.app.File
	from := "FROM "
	if p := a.Stage.Platform; p != "" {
		from += "--platform=" + p + " "
	}
	runtime, assumed, err := c.runtimeName(out.Runtime)
	if err != nil {
		return nil, err
	}
	if assumed != "" {
		out.Assumes = append(slices.Clone(out.Assumes), assumed)
	}
	from += runtime
	if out.Old != "" {
		from += " AS " + out.Old
	}
	lines := []string{from}
	lines = append(lines, c.variables(head, tail, moved)...)
	for _, i := range moved {
		lines = append(lines, f.LinesOf(i)...)
	}
	for _, e := range c.recipe.Env {
		lines = append(lines, "ENV "+e)
	}
	if len(out.Packages) > 0 {
		lines = append(lines, c.installLine(out.Packages)...)
	}
	var setup []string
	if out.Runtime.Shell {
		for _, line := range c.parts.setup {
			setup = append(setup, strings.Split(strings.ReplaceAll(line, "\r\n", "\n"), "\n")...)
		}
	}
	if !c.parts.system {
		lines = append(lines, setup...) // accounts
	}
	if w := headWorkdir(head); w != nil && !c.recipe.AnyDirectory && !(len(tail) > 0 && tail[0].Keyword == "WORKDIR" && path.IsAbs(tail[0].Text())) {
		dir := c.headDir(tail)
		if dir.Known && path.IsAbs(dir.Text) {
			lines = append(lines, "WORKDIR "+dir.Text)
		} else {
			lines = append(lines, "WORKDIR "+w.Text())
		}
	}
	if c.parts.system { // paths, which may be relative, or that of WORKDIR itself
		lines = append(lines, setup...)
	}
	for _, cp := range out.Copies {
		line := "COPY --from=" + out.Name + " "
		if cp.Owner != "" {
			line += "--chown=" + cp.Owner + " "
		}
		lines = append(lines, line+cp.Source()+" "+cp.Path)
	}
	owned, err := c.ownedLines(out)
	if err != nil {
		return nil, err
	}
	lines = append(lines, owned...)
	user, err := c.userLine(out, head, tail)
	if err != nil {
		return nil, err
	}
	if user != "" {
		lines = append(lines, user)
	}
	if c.resetsEntrypoint(out.Runtime) {
		lines = append(lines, "ENTRYPOINT []")
	}
	return lines, nil
}

// resetsEntrypoint reports whether the image that runs has an entry point of its own, to
// which CMD would be the arguments, while CMD is the whole command where it was written.
func (c *conversion) resetsEntrypoint(r stack.Runtime) bool {
	s := c.app.Stage
	return !r.Shell && s.Entrypoint().At == nil && s.Cmd().At != nil && len(c.pass.Facts.Image(r.Image).Base.Entrypoint) > 0
}

// headDir is the working directory before what follows the last step.
func (c *conversion) headDir(tail []*dockerfile.Instruction) dockerfile.Value {
	if len(tail) > 0 {
		return c.app.Stage.WorkdirAt(tail[0])
	}
	return c.app.Stage.Workdir()
}

func headWorkdir(head []*dockerfile.Instruction) *dockerfile.Instruction {
	var out *dockerfile.Instruction
	for _, i := range head {
		if i.Keyword == "WORKDIR" {
			out = i
		}
	}
	return out
}

// installLine is the RUN that installs packages with the package manager of the base.
func (c *conversion) installLine(packages []string) []string {
	if c.app.Base.Distribution == image.Alpine {
		return []string{"RUN apk add --no-cache " + strings.Join(packages, " ")}
	}
	return []string{`RUN apt-get update \`, "    && apt-get install -y --no-install-recommends " + strings.Join(packages, " ") + ` \`, "    && rm -rf /var/lib/apt/lists/*"}
}

func recommend(names []string) string {
	if len(names) == 1 {
		return "recommends"
	}
	return "recommend"
}
