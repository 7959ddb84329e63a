package container

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// writtenScript is a script that stands in the Dockerfile itself, as a heredoc of COPY or as
// what a step prints into a file, under the name of a program; nil where there is none.
func writtenScript(b topology.Build, word string) (script *shellScript, where string) {
	made := build.Read(b.File)
	name := []byte(path.Base(word))
	for _, s := range slices.Backward(b.Stage.Chain()) {
		for _, i := range slices.Backward(s.Instructions) {
			if !bytes.Contains(b.File.Source[i.Start:i.End], name) {
				continue // to read all steps takes much longer
			}
			text := ""
			is := func(at string) bool {
				return isProgramAt(word, b.Stage.Workdir().Text, path.Join(s.WorkdirAt(i).Text, at), at)
			}
			switch i.Keyword {
			case "COPY", "ADD":
				text = heredocFile(b.File, i, is)
			case "RUN":
				text = printedFile(made.Step(i).Commands, is)
			}
			if text != "" {
				return readShellScript(text), place(b.Path, i.Line)
			}
		}
	}
	return nil, ""
}

// isProgramAt reports whether a program that is started by a word in a directory is the file
// at a path, which is written relative to a directory of its own.
func isProgramAt(word, dir, joined, written string) bool {
	at := joined
	if path.IsAbs(written) {
		at = path.Clean(written)
	}
	switch {
	case path.IsAbs(word):
		return path.Clean(word) == at
	case strings.Contains(word, "/"):
		return path.Join(dir, word) == at
	}
	return build.ProgramDir(path.Dir(at)) && path.Base(at) == word || path.Join(dir, word) == at
}

// heredocFile is the text of a heredoc that COPY writes to a file, "" where it does not.
func heredocFile(f *dockerfile.File, i *dockerfile.Instruction, is func(at string) bool) string {
	for _, h := range i.Heredocs {
		to := i.Words[len(i.Words)-1].Value
		if strings.HasSuffix(to, "/") || len(i.Words) > 2 {
			to = path.Join(to, h.Name)
		}
		if !is(to) {
			continue
		}
		text := string(f.Source[h.Start:max(h.Start, h.End)])
		if h.Chomp {
			lines := strings.SplitAfter(text, "\n")
			for k := range lines {
				lines[k] = strings.TrimLeft(lines[k], "\t")
			}
			text = strings.Join(lines, "")
		}
		return text
	}
	return ""
}

// printedFile is the text that commands print into a file with echo, printf and heredocs,
// "" where they do not.
func printedFile(commands []build.Command, is func(at string) bool) string {
	text := ""
	for _, c := range commands {
		for _, r := range c.Redirects {
			if !r.Writes() || r.File.Dynamic || !is(r.File.Value) {
				continue
			}
			if !strings.Contains(r.Op, ">>") {
				text = ""
			}
			switch {
			case c.Program == "cat" && c.Input != nil:
				text += c.Input.Value + "\n"
			case c.Program == "echo" || c.Program == "printf":
				var words []string
				for _, w := range c.Args() {
					if w.Value != "-e" && w.Value != "-n" && w.Value != "%s\\n" {
						words = append(words, w.Value)
					}
				}
				between := " "
				if c.Program == "printf" {
					between = "\n"
				}
				text += strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(strings.Join(words, between)) + "\n"
			}
		}
		if c.Program == "tee" && c.Input != nil && slices.ContainsFunc(c.Plain(), is) {
			text = c.Input.Value + "\n"
		}
	}
	return text
}
