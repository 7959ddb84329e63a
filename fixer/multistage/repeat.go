package multistage

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/stack"
)

// repeated is the RUN with which the second stage does again what commands of a step
// did: the step as it is written where it does nothing else, or these commands.
func (c *conversion) repeated(st build.Step, keep []build.Command, all bool) (string, error) {
	f := c.app.File
	inside := slices.ContainsFunc(keep, func(cmd build.Command) bool { return c.onlyCopied(cmd) })
	if all && !inside {
		return string(f.Source[st.Instruction.Start:st.Instruction.End]), nil
	}
	if st.Script == nil || slices.ContainsFunc(keep, func(cmd build.Command) bool { return cmd.Place != 0 || cmd.Copied || cmd.PipedInto }) {
		return "", stack.Refuse(stack.UnknownCommand, st.Instruction, "Write the step as several RUNs, and the commands that make users, directories and links into one of their own",
			"line %d makes users, directories or links beside other work, in a form that cannot be taken apart", st.Instruction.Line)
	}
	var lines []string
	for _, cmd := range keep {
		if c.onlyCopied(cmd) {
			continue
		}
		lines = append(lines, joined(f, cmd))
	}
	return "RUN " + strings.Join(lines, " && \\\n    "), nil
}

// onlyCopied reports whether a command is about paths that are copied, with what it did.
func (c *conversion) onlyCopied(cmd build.Command) bool {
	if !placing[cmd.Program] {
		return false
	}
	some, only := false, true
	for _, w := range cmd.Arguments().Names() {
		if strings.HasPrefix(w, "/") {
			some, only = true, only && c.copied(w)
		}
	}
	return some && only
}

// joined is the text of a command on one line.
func joined(f *dockerfile.File, cmd build.Command) string {
	var words []string
	for _, list := range [][]dockerfile.Word{cmd.Assigns, cmd.Words} {
		for _, w := range list {
			words = append(words, w.Raw)
		}
	}
	for _, r := range cmd.Redirects {
		words = append(words, r.Op, r.File.Raw)
	}
	return strings.Join(words, " ")
}
