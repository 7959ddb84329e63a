package compose

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed writable_root.md
var writableRootDoc string

// WritableRoot reports services with a writable root filesystem.
var WritableRoot = &fixer.Rule{
	Name:     "compose/writable-root",
	Title:    "root filesystem writable",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.13"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.Semgrep, ID: "writable-filesystem-service"},
		{Source: fixer.ComposeLint, ID: "CL-0007"},
	},
	Params: []fixer.Param{paramWritable},
	Doc:    writableRootDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			if spec.ReadOnly.Yes() {
				reportNoRoom(p, v, spec)
				continue
			}
			f := writableRoot(p, v, spec)
			heedBase(p, v, "read_only", p.Rule, &f, func(base compose.View) fixer.Finding {
				spec := container.FromService(p, base)
				if spec.ReadOnly.Yes() {
					return fixer.Finding{}
				}
				return writableRoot(p, base, spec)
			})
			report(p, v, own(v.Setting("read_only")), f)
		}
	},
}

// writableRoot is the finding about one service.
func writableRoot(p *fixer.Pass, v compose.View, spec *container.Spec) fixer.Finding {
	d := decideReadOnly(p, v, spec, asItIs)
	f := fixer.Finding{Message: fmt.Sprintf("Service %q has a writable root filesystem", v.Name), Evidence: d.Evidence}
	switch why := unwritable(v, "read_only"); {
	case spec.Privileged.Yes():
		f.Advice = "Remove privileged first: a privileged container can remount its root filesystem read-write"
	case spec.ReadOnly.Variable != "":
		f.Advice = decided(v.Setting("read_only"), "true")
	case why != "":
		f.Advice = why
	case d.Level == fixer.Manual:
		f.Advice = d.Advice
	default:
		f.Fixes = []fixer.Fix{readOnlyFix(scratchFormOf(p), v, spec, d)}
	}
	return f
}

// decideReadOnly decides about the root filesystem of a service and of all that the
// answer reaches, started as the file has it or as a fix would.
func decideReadOnly(p *fixer.Pass, v compose.View, spec *container.Spec, start starter) container.ReadOnlyDecision {
	d := readOnly(start(spec))
	heedReached(p, v, "read_only", &d.Decision, func(s *container.Spec) verdict {
		other := readOnly(start(s))
		return verdict{other.Decision, roomNeeds(other)}
	})
	heedReason(v, v.Setting("read_only"), &d.Decision)
	heedStack(p, v, d.Scratch, &d.Decision)
	return d
}

// readOnly decides about a read-only root filesystem, with what is copied into it.
func readOnly(s *container.Spec) container.ReadOnlyDecision {
	d := s.MakeReadOnly()
	s.HeedCopies(&d)
	return d
}

func roomNeeds(d container.ReadOnlyDecision) []string {
	var out []string
	if len(d.Scratch) > 0 {
		out = append(out, "tmpfs at "+strings.Join(d.Paths(), ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(d.SetEnv)) {
		out = append(out, name+"="+d.SetEnv[name])
	}
	return out
}

// reportNoRoom reports a service that takes read_only from elsewhere and writes to
// where nothing is mounted.
func reportNoRoom(p *fixer.Pass, v compose.View, spec *container.Spec) {
	s := v.Setting("read_only")
	if s.Own || spec.ReadOnly.Variable != "" || spec.Image.Entry == nil || spec.Image.BuiltHere() {
		return
	}
	d := readOnly(spec)
	if d.Level != fixer.Manual && len(roomNeeds(d)) == 0 {
		return
	}
	f := fixer.Finding{Evidence: d.Evidence, Message: fmt.Sprintf("Service %q inherits read_only from %s and has no writable directory for its files", v.Name, placeOf(s))}
	if d.Level == fixer.Manual {
		f.Advice = d.Advice
	} else {
		entries, form := tmpfsFor(d), scratchFormOf(p)
		f.Fixes = []fixer.Fix{{
			ID: "room", Title: "Add " + strings.Join(roomNeeds(d), " and "), Level: fixer.Review,
			Breaks: "Files of the image at these paths are hidden, and files written there are lost when the container stops",
			Verify: verifyLogs(v),
			Edit: func(draft *fixer.Draft) error {
				if err := mountScratch(draft, form, v, entries...); err != nil {
					return err
				}
				return setEnv(draft, v, d.SetEnv)
			},
		}}
	}
	report(p, v, nil, f)
}

var paramWritable = fixer.Param{
	Name: "writable", Meaning: "Paths to mount as tmpfs, separated by spaces or commas; add options as path:size=64m, or write path:volume for an anonymous volume (may be empty)", Validate: validTmpfs,
}

// writableParam is the parameter for the places of a decision.
func writableParam(d container.ReadOnlyDecision) fixer.Param {
	param := paramWritable.With(strings.Join(tmpfsFor(d), " "))
	param.Guess = d.Guess
	return param
}

// setEnv sets variables of a service in the form that it uses. Variables that a
// merge key supplies are written out in full, because a mapping or list of the
// service's own replaces them.
func setEnv(d *fixer.Draft, v compose.View, env map[string]string) error {
	if len(env) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(env))
	return write(d, v, "environment", func(part compose.Part) []yamldoc.Op {
		at, have := part.Path.Join("environment"), part.Node.Get("environment")
		if have.Len() > 0 && len(have.List()) == 0 {
			var ops []yamldoc.Op
			if part.Node.Own("environment") == nil {
				for name, value := range have.All() {
					ops = append(ops, yamldoc.Set(at.Join(name), value.Text()))
				}
			}
			for _, name := range names {
				ops = append(ops, yamldoc.Set(at.Join(name), env[name]))
			}
			return ops
		}
		entries := make([]string, len(names))
		for i, name := range names {
			entries[i] = name + "=" + env[name]
		}
		return appendTo(part, "environment", entries...)
	})
}

func readOnlyFix(form scratchForm, v compose.View, spec *container.Spec, d container.ReadOnlyDecision) fixer.Fix {
	tmpfs := tmpfsFor(d)
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "Set read_only to true",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: `docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' "$(docker compose ps -q ` + text.ShellWord(v.Name) + `)"` + "\nprints true\n\n" + verifyLogs(v),
		Params: []fixer.Param{writableParam(d)},
	}
	if len(tmpfs) > 0 {
		fix.Title += " and mount tmpfs at " + strings.Join(tmpfs, " ")
	}
	fix.Edit = func(draft *fixer.Draft) error {
		if err := set(draft, v, "read_only", true); err != nil {
			return err
		}
		if err := addRoom(draft, form, v, spec); err != nil {
			return err
		}
		return setEnv(draft, v, d.SetEnv)
	}
	return fix
}
