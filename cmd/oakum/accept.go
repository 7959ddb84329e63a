package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"oakum/fixer"
	"oakum/fixer/report"
	"oakum/fixer/text"
)

// accept takes the most trusted fix of every wanted finding up to a level, and
// of those that come up once these are made. A setting that no such fix has is
// a mistake, unless it could have had a use in other files: then it is noted,
// for the same command line run again must not fail.
func (j *job) accept(cmd *cobra.Command, upTo fixer.Level, set settings) error {
	for _, x := range set {
		if known := j.parameters(x); !slices.Contains(known, x.key) {
			return hinted(fmt.Errorf("--set %s: no fix that was asked for has a parameter %q", x.given, x.key), report.DidYouMean(x.key, known))
		}
	}
	taken := map[*setting]bool{}
	_, err := j.session.AcceptWhere("accept all "+upTo.String(), upTo, func(f *fixer.Finding) (fixer.Params, bool) {
		if !j.filter.Rule(f.Rule) {
			return nil, false
		}
		for _, x := range set {
			taken[x] = taken[x] || x.fits(f.Rule, &f.Fixes[0])
		}
		return set.params(f.Rule), true
	})
	if err != nil {
		return err
	}
	for _, x := range set {
		if taken[x] {
			continue
		}
		if err := j.untaken(x, upTo); err != nil {
			return err
		}
		fmt.Fprintln(cmd.ErrOrStderr(), "note: "+text.VisibleLine("--set "+x.given+": nothing here takes it"))
	}
	return nil
}

// parameters returns the names that a setting may give a value to: those of
// the selected rules, of which it may name one.
func (j *job) parameters(x *setting) []string {
	var out []string
	for _, r := range j.session.Rules() {
		if j.filter.Rule(r.Name) && (x.rule == "" || x.rule == r.Name) {
			for _, p := range r.Params {
				out = append(out, p.Name)
			}
		}
	}
	return out
}

// untaken says which fix has the parameter of a setting that no accepted fix
// took, or nil when none in this repository has.
func (j *job) untaken(x *setting, upTo fixer.Level) error {
	var other error
	for _, f := range slices.Concat(j.session.Baseline().Findings, j.session.Plan().Final.Findings) {
		if !j.filter.Rule(f.Rule) {
			continue
		}
		for i := range f.Fixes {
			switch l := f.Fixes[i].Level; {
			case !x.fits(f.Rule, &f.Fixes[i]):
			case l > upTo:
				return fmt.Errorf("--set %s: %s belongs to %s fixes, add --level %[3]s", x.given, x.key, l)
			default:
				other = fmt.Errorf("--set %s: %s belongs to another way to fix %s: %q; to choose it, run oakum on a terminal", x.given, x.key, f.Rule, f.Fixes[i].Title)
			}
		}
	}
	return other
}
