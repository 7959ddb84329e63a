package multistage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// buildOnly are beginnings of variables that only tools of a build read.
var buildOnly = []string{"DEBIAN_FRONTEND", "PIP_", "POETRY_", "PIPENV_", "UV_", "CGO_", "GO111MODULE", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GOOS", "GOARCH", "CARGO_", "RUSTFLAGS",
	"NPM_CONFIG_", "npm_config_", "YARN_", "PNPM_", "COMPOSER_", "MAVEN_", "GRADLE_", "BUNDLE_WITHOUT", "CI", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "PKG_CONFIG_PATH"}

func isBuildOnly(key string) bool {
	return slices.ContainsFunc(buildOnly, func(p string) bool { return key == p || strings.HasSuffix(p, "_") && strings.HasPrefix(key, p) })
}

// variables are the ENV of the first stage that the application may read, as they are
// written, and the ARG that these and the lines of the second stage use.
func (c *conversion) variables(head, tail, moved []*dockerfile.Instruction) []string {
	f := c.app.File
	var kept []*dockerfile.Instruction
	used := map[string]bool{}
	note := func(i *dockerfile.Instruction) {
		for _, m := range variableName().FindAllStringSubmatch(string(f.Source[i.Start:i.End]), -1) {
			used[m[1]] = true
		}
	}
	for _, i := range head {
		if i.Keyword != "ENV" || !slices.ContainsFunc(i.Pairs, func(p dockerfile.Pair) bool { return !isBuildOnly(p.Key) && !c.baked(p.Key) || c.startsTool(p.Key) }) {
			continue
		}
		kept = append(kept, i)
		note(i)
	}
	for _, i := range slices.Concat(tail, moved) {
		note(i)
	}
	var lines []string
	for _, i := range head {
		switch {
		case slices.Contains(kept, i) && legacy(i):
			lines = append(lines, modern(i))
		case slices.Contains(kept, i):
			lines = append(lines, strings.Split(strings.ReplaceAll(string(f.Source[i.Start:i.End]), "\r\n", "\n"), "\n")...)
		case i.Keyword == "ARG" && slices.ContainsFunc(i.Pairs, func(p dockerfile.Pair) bool { return used[p.Key] }):
			lines = append(lines, strings.Split(strings.ReplaceAll(string(f.Source[i.Start:i.End]), "\r\n", "\n"), "\n")...)
		}
	}
	return lines
}

// baked reports whether a variable is in what the build makes, and nothing reads it any
// more.
func (c *conversion) baked(key string) bool {
	return slices.ContainsFunc(c.recipe.Baked, func(p string) bool { return strings.HasPrefix(key, p) })
}

// legacy reports whether an ENV is in the form without "=".
func legacy(i *dockerfile.Instruction) bool {
	return len(i.Pairs) == 1 && len(i.Words) > 0 && !strings.Contains(i.Words[0].Raw, "=")
}

// modern is such an ENV in the other form, which BuildKit's checks ask for.
func modern(i *dockerfile.Instruction) string {
	p := i.Pairs[0]
	value := p.Arg.Raw
	if strings.ContainsAny(value, " \t") && !strings.HasPrefix(value, `"`) && !strings.HasPrefix(value, "'") {
		value = `"` + value + `"`
	}
	return "ENV " + p.Key + "=" + value
}

// startsTool reports whether the container starts the tool that reads a variable: uv run,
// poetry run.
func (c *conversion) startsTool(key string) bool {
	if strings.HasPrefix(key, "BUNDLE_") || strings.HasPrefix(key, "GEM_") {
		return true
	}
	tool, _, ok := strings.Cut(strings.ToLower(key), "_")
	return ok && c.called(tool)
}

var variableName = text.Regexp(`\$\{?(\w+)\}?`)

// userLine is the USER with which the first stage ended its work, for the second one; ""
// where what follows says so itself, or nobody did.
func (c *conversion) userLine(out *Conversion, head, tail []*dockerfile.Instruction) (string, error) {
	var at *dockerfile.Instruction
	for _, i := range head {
		if i.Keyword == "USER" {
			at = i
		}
	}
	for _, i := range tail {
		if i.Keyword == "USER" {
			return "", c.checkUser(out, i)
		}
	}
	if at == nil {
		if out.Runtime.User != "" {
			return "USER " + out.Runtime.User, nil
		}
		return "", nil
	}
	if c.replacesUser(out, at) {
		return "USER " + c.numbers(out, at), nil
	}
	return "USER " + at.Text(), c.checkUser(out, at)
}

// replacesUser reports whether a user is named that the second stage does not have, and
// whose place the user of its image takes.
func (c *conversion) replacesUser(out *Conversion, i *dockerfile.Instruction) bool {
	return out.Runtime.User != "" && strings.Trim(i.Text(), "0123456789:") != ""
}

// numbers are those of the user that an instruction names: its own where the file says
// them, else those of the user of the image.
func (c *conversion) numbers(out *Conversion, i *dockerfile.Instruction) string {
	name, _, _ := strings.Cut(i.Text(), ":")
	for _, id := range c.app.Build.CreatedAccounts(c.app.Stage) {
		if id.Name != name || !id.KnownUID {
			continue
		}
		if id.KnownGID {
			return fmt.Sprintf("%d:%d", id.UID, id.GID)
		}
		return fmt.Sprintf("%d:%d", id.UID, id.UID)
	}
	return out.Runtime.User
}

// checkUser refuses a user that the second stage is not known to have.
func (c *conversion) checkUser(out *Conversion, i *dockerfile.Instruction) error {
	name, _, _ := strings.Cut(i.Text(), ":")
	base := c.pass.Facts.Image(out.Runtime.Image).Base
	_, inBase := base.Account(name)
	switch {
	case strings.Trim(name, "0123456789") == "", name == "root", inBase, slices.Contains(c.parts.accounts, name), c.replacesUser(out, i):
		return nil
	case strings.ContainsAny(name, "$"):
		return nil // as before
	}
	if _, was := c.app.Base.Account(name); was && out.Runtime.Same {
		return nil
	}
	return stack.Refuse(stack.UnknownStart, i, "Name the user by its number", "the smaller image is not known to have the user %s", text.VisibleLine(name))
}

// editTail changes what follows the last step where it cannot stay as it is.
func (c *conversion) editTail(out *Conversion, tail []*dockerfile.Instruction) ([]text.Edit, error) {
	var edits []text.Edit
	for _, i := range tail {
		if i.Keyword == "USER" && c.replacesUser(out, i) {
			e, err := c.app.File.ReplaceArgs(i, c.numbers(out, i))
			if err != nil {
				return nil, refused(err, i)
			}
			edits = append(edits, e...)
		}
	}
	start, err := c.startEdits(out, tail)
	return append(edits, start...), err
}

// startEdits writes what the container starts on this image, where it is not what it
// started before.
func (c *conversion) startEdits(out *Conversion, tail []*dockerfile.Instruction) ([]text.Edit, error) {
	words, at := out.Runtime.Start, c.app.StartsIn
	if len(words) == 0 {
		return nil, nil
	}
	if at == nil || !slices.Contains(tail, at) || c.app.Stage.Entrypoint().At != nil && c.app.Stage.Cmd().At != nil {
		return nil, stack.Refuse(stack.UnknownStart, at, "Name the command in one CMD or ENTRYPOINT at the end of the file", "the command of the container cannot be replaced where it is")
	}
	quoted := make([]string, len(words))
	for k, w := range words {
		quoted[k] = dockerfile.Quote(w)
	}
	edits, err := c.app.File.ReplaceArgs(at, "["+strings.Join(quoted, ", ")+"]")
	if err != nil {
		return nil, refused(err, at)
	}
	out.alters = append(out.alters, dockerfile.FieldCmd, dockerfile.FieldEntrypoint)
	return edits, nil
}
