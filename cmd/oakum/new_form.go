package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/templates"
	"github.com/oakum-sec/oakum/tui"
	"github.com/oakum-sec/oakum/tui/theme"
)

// errNoForm says that the form needs more of a terminal than there is.
var errNoForm = errors.New("the form needs a terminal: name a stack, oakum new --list shows them")

// asks reports whether the form is what a person wants: it is asked for, or no stack is
// named on a terminal and nothing asks for an output.
func (f *newFlags) asks(args []string) bool {
	return f.interactive || len(args) == 0 && !f.detect && !f.dryRun && f.format == "text" && formFits()
}

// formFits reports whether the terminal can show a form.
func formFits() bool {
	return terminalInput() != nil && isTerminal(os.Stdout) && !theme.FromEnv(os.Getenv).Accessible
}

// ask shows the form, and reports what was written.
func (f *newFlags) ask(cmd *cobra.Command, args []string) error {
	switch {
	case f.detect:
		return errors.New("--interactive is for a new service, --detect for a project that is there: use one of them")
	case !formFits():
		return errNoForm
	}
	lookup, err := f.registryFlags.settings()
	if err != nil {
		return err
	}
	chosen := map[string]string{}
	for _, s := range templates.Settings() {
		if flag := cmd.Flag(s.Name); flag.Changed {
			chosen[s.Name] = flag.Value.String()
		}
	}
	for _, set := range f.set {
		name, value, _ := strings.Cut(set, "=")
		chosen[name] = value
	}
	given := append(args, "", "")
	env := theme.FromEnv(os.Getenv)
	res, err := tui.RunNew(context.WithoutCancel(cmd.Context()), tui.NewOptions{
		Options: tui.Options{Title: "new service", Theme: "auto", NoColor: env.NoColor || cmd.Flag("color").Value.String() == "never", ASCII: env.ASCII, Version: version()},
		Stacks:  project.NewStacks(), Settings: settingsOfForm(), Stack: given[0], Dir: given[1], Chosen: chosen,
		Make: func(ctx context.Context, stack, dir string, settings []string) (*tui.Draft, error) {
			n, err := project.New(ctx, project.NewOptions{Stack: stack, Dir: dir, Settings: settings, Checker: project.Published(), Rules: rules.All(), Lookup: lookup})
			if err != nil {
				return nil, err
			}
			return &tui.Draft{Report: n.Report, Notes: n.Notes, Conflict: n.Conflict(), Write: n.Write}, nil
		},
	})
	switch {
	case res.Interrupted, cmd.Context().Err() != nil:
		return errInterrupted
	case err != nil || res.Written == nil:
		return err
	}
	notes(cmd, append(res.Written.Notes, res.Receipt.Warnings...))
	return res.Written.Report.Text(cmd.OutOrStdout(), styleOf(cmd, os.Stdout, project.Paths{}), res.Receipt.Undo)
}

// settingsOfForm are the settings of templates as the form asks for them.
func settingsOfForm() []tui.Setting {
	defaults := templates.Defaults(templates.Stacks()[0])
	var out []tui.Setting
	for _, s := range templates.Settings() {
		one := tui.Setting{Name: s.Name, Meaning: s.Meaning, Values: s.Values, Check: func(v string) error {
			if err := new(templates.Options).Set(s.Name, v); err != nil {
				return errors.New(strings.TrimPrefix(err.Error(), s.Name+": ")) // the form says of which
			}
			return nil
		}}
		if len(s.Values) > 0 {
			if one.Default = s.Value(defaults); one.Default == "" {
				one.Default = s.Values[0]
			}
		}
		out = append(out, one)
	}
	return out
}
