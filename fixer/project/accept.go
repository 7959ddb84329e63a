package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// Accept accepts the most trusted fix of every wanted finding up to a level, and
// of those that come up once these are made. A setting that no such fix has is
// a mistake, unless it could have had a use in other files: then a note says so,
// for the same command line run again must not fail. Another note says where a
// setting for all fixes is not used, because an image decides.
func (p *Project) Accept(ctx context.Context, upTo fixer.Level, set Settings) (notes []string, err error) {
	for _, x := range set {
		if known := p.parameters(x); !slices.Contains(known, x.key) {
			return nil, hinted(fmt.Errorf("--set %s: no fix of the selected rules and levels has the parameter %q", x.given, x.key), report.DidYouMean(x.key, known))
		}
	}
	p.progress(Planning, fixer.Progress{Found: p.session.Snapshot().Len()})
	return Await(ctx, func() ([]string, error) { return p.accept(ctx, upTo, set) })
}

func (p *Project) accept(ctx context.Context, upTo fixer.Level, set Settings) (notes []string, err error) {
	taken, left := map[*setting]bool{}, map[*setting]map[string]bool{}
	for again := true; again; {
		_, err = p.session.AcceptWhere("accept all "+upTo.String(), upTo, func(f *fixer.Finding) (fixer.Params, bool) {
			if !p.selection.Wants(f.Rule) {
				return nil, false
			}
			for _, x := range set {
				switch {
				case !x.fits(f.Rule, &f.Fixes[0]):
				case !x.leaves(&f.Fixes[0]):
					taken[x] = true
				case left[x] == nil:
					left[x] = map[string]bool{f.Rule: true}
				default:
					left[x][f.Rule] = true
				}
			}
			return set.params(f.Rule, &f.Fixes[0]), true
		})
		if err != nil {
			return nil, err
		}
		// A fix can name another image, about which nobody was asked yet.
		if again, err = p.learn(ctx); err != nil {
			return nil, err
		}
	}
	for _, x := range set {
		if len(left[x]) > 0 {
			names := slices.Sorted(maps.Keys(left[x]))
			notes = append(notes, fmt.Sprintf("--set %s: not used where the image decides (%s). To change these, too, write --set %s.%s", x.given, strings.Join(names, ", "), names[0], x.given))
			continue
		}
		if taken[x] {
			continue
		}
		if err := p.untaken(x, upTo); err != nil {
			return nil, err
		}
		notes = append(notes, "--set "+x.given+": no fix here has this parameter")
	}
	return notes, nil
}

// parameters returns the names that a setting may give a value to: those of
// the selected rules, of which it may name one.
func (p *Project) parameters(x *setting) []string {
	var out []string
	for _, r := range p.session.Rules() {
		if p.selection.Wants(r.Name) && (x.rule == "" || x.rule == r.Name) {
			for _, param := range r.Params {
				out = append(out, param.Name)
			}
		}
	}
	return out
}

// untaken says which fix has the parameter of a setting that no accepted fix
// took, or nil when none in this repository has.
func (p *Project) untaken(x *setting, upTo fixer.Level) error {
	var other error
	for _, f := range slices.Concat(p.session.Baseline().Findings, p.session.Plan().Final.Findings) {
		if !p.selection.Wants(f.Rule) {
			continue
		}
		for i := range f.Fixes {
			switch l := f.Fixes[i].Level; {
			case !x.fits(f.Rule, &f.Fixes[i]):
			case l == fixer.Manual:
				other = fmt.Errorf("--set %s: %s belongs to a manual fix of %s: %q; to choose it, run oakum on a terminal", x.given, x.key, f.Rule, f.Fixes[i].Title)
			case l > upTo:
				return fmt.Errorf("--set %s: %s belongs to %s fixes, add --level %[3]s", x.given, x.key, l)
			default:
				other = fmt.Errorf("--set %s: %s belongs to another way to fix %s: %q; to choose it, run oakum on a terminal", x.given, x.key, f.Rule, f.Fixes[i].Title)
			}
		}
	}
	return other
}
