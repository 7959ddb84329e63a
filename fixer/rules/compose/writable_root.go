package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/yamldoc"
)

//go:embed writable_root.md
var writableRootDoc string

// WritableRoot reports services with a writable root filesystem.
var WritableRoot = &fixer.Rule{
	Name:     "compose/writable-root",
	Title:    "root file system writable",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.13"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.Semgrep, ID: "writable-filesystem-service"},
	},
	Params: []fixer.Param{paramWritable},
	Doc:    writableRootDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			spec := container.FromService(p, v)
			if spec.ReadOnly.Yes() {
				continue
			}
			d := spec.MakeReadOnly()
			f := fixer.Finding{Message: fmt.Sprintf("service %q can write to its root file system", v.Name), Evidence: d.Evidence}
			switch {
			case spec.Privileged.Yes():
				f.Advice = "it is privileged, and remounts what it likes: take the privilege away first"
			case d.Level == fixer.Manual:
				f.Advice = d.Advice
			default:
				f.Fixes = []fixer.Fix{readOnlyFix(v, spec, d)}
			}
			report(p, v, own(v.Setting("read_only")), f)
		}
	},
}

var paramWritable = fixer.Param{
	Name: "writable", Meaning: "paths that get a tmpfs, with blanks or commas between, options behind a colon; may be empty", Validate: validTmpfs,
}

// tmpfsEntry writes a tmpfs for a path. Over a folder of the image it takes
// that folder's mode but belongs to root, so for another user it has to be
// given to them unless everybody may write there.
func tmpfsEntry(at image.WritablePath, user image.Identity) string {
	var options []string
	if at.Exec {
		options = append(options, "exec")
	}
	if user.IsNonRoot() && !worldWritable(at) {
		options = append(options, fmt.Sprintf("uid=%d", user.UID))
		if user.KnownGID {
			options = append(options, fmt.Sprintf("gid=%d", user.GID))
		}
		options = append(options, "mode=0755")
	}
	if len(options) == 0 {
		return at.Path
	}
	return at.Path + ":" + strings.Join(options, ",")
}

// setEnv sets variables of a service in the form that it uses. Variables that a
// merge key supplies are written out in full, because a mapping or list of the
// service's own replaces them.
func setEnv(v compose.View, env map[string]string) []yamldoc.Op {
	if len(env) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(env))
	at, have := v.Path.Join("environment"), v.Node.Get("environment")
	if have.Len() > 0 && len(have.List()) == 0 {
		var ops []yamldoc.Op
		if v.Node.Own("environment") == nil {
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
	return appendTo(v, "environment", entries...)
}

func worldWritable(at image.WritablePath) bool {
	return at.Path == "/tmp" || strings.HasSuffix(at.Mode, "777")
}

func readOnlyFix(v compose.View, spec *container.Spec, d container.ReadOnlyDecision) fixer.Fix {
	var tmpfs []string
	for _, at := range d.Scratch {
		tmpfs = append(tmpfs, tmpfsEntry(at, d.User))
	}
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "make the root file system read-only",
		Level:  d.Level,
		Breaks: d.Breaks,
		Verify: `docker compose exec ` + v.Name + ` touch /x   fails, and the logs show no "read-only file system"`,
		Params: []fixer.Param{paramWritable.With(strings.Join(tmpfs, " "))},
	}
	if len(tmpfs) > 0 {
		fix.Title += ", with tmpfs at " + strings.Join(tmpfs, " ")
	}
	fix.Edit = func(draft *fixer.Draft) error {
		ops := []yamldoc.Op{yamldoc.Set(v.Path.Join("read_only"), true)}
		var add []string
		for _, entry := range tmpfsEntries(draft.Param("writable")) {
			if at, _, _ := strings.Cut(entry, ":"); !spec.Mounted(path.Clean(at)) {
				add = append(add, entry)
			}
		}
		if len(add) > 0 {
			ops = append(ops, appendTo(v, "tmpfs", add...)...)
		}
		ops = append(ops, setEnv(v, d.SetEnv)...)
		draft.YAML(v.Doc, ops...)
		return nil
	}
	return fix
}

// tmpfsEntries splits a list of paths. A comma before a path parts two entries,
// another one is part of an entry's options.
func tmpfsEntries(s string) []string {
	return strings.Fields(strings.ReplaceAll(s, ",/", " /"))
}

func validTmpfs(s string) error {
	for _, entry := range tmpfsEntries(s) {
		if at, _, _ := strings.Cut(entry, ":"); !path.IsAbs(at) || path.Clean(at) == "/" || strings.ContainsAny(entry, "\n\r") {
			return errors.New("absolute paths below /, with blanks or commas between")
		}
	}
	return nil
}
