package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// parse reads the values of the flags and refuses those that do not go together.
func (f *fixFlags) parse(cmd *cobra.Command) (level fixer.Level, gate project.Gate, set project.Settings, err error) {
	if err = oneOf("--format", f.format, "text", "json"); err != nil {
		return
	}
	if err = oneOf("--level", f.level, "safe", "review"); err != nil {
		return
	}
	if gate, err = f.gate(); err != nil {
		return
	}
	if f.diff && cmd.Flags().Changed("patch") {
		err = errors.New("use one of --diff and --patch: --diff prints the patch, --patch writes it to a file")
		return
	}
	if (f.diff || f.patch != "") && f.format != "text" {
		err = fmt.Errorf("--format %s cannot be combined with --diff or --patch", f.format)
		return
	}
	if texts := []bool{f.prText, f.commitText, f.format != "text"}; count(texts) > 1 && (f.prText || f.commitText) {
		err = errors.New("--pr-text and --commit-text cannot be combined with each other or with --format")
		return
	}
	if cmd.Flags().Changed("patch") && f.patch == "" {
		err = errors.New("--patch needs a file name")
		return
	}
	level, _ = fixer.ParseLevel(f.level) // one of the two
	set, err = project.ParseSettings(f.set, rules.All())
	return
}

// given are the flags that decide which fixes are made.
func (f *fixFlags) given(level fixer.Level) string {
	out := ""
	if level != fixer.Safe {
		out = " --level " + level.String()
	}
	for _, s := range f.set {
		out += " --set " + text.ShellWord(s)
	}
	return out
}

func count(flags []bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}
