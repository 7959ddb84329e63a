package dockerfile

import (
	"maps"
	"slices"
	"strings"
)

// A Field names a part of a [Contract]; the values are stable.
type Field string

// The fields that [Diff] compares.
const (
	FieldStage       Field = "stage" // the stage itself came or went
	FieldBase        Field = "base"
	FieldPlatform    Field = "platform"
	FieldEntrypoint  Field = "entrypoint"
	FieldCmd         Field = "cmd"
	FieldHealthcheck Field = "healthcheck"
	FieldWorkdir     Field = "workdir"
	FieldUser        Field = "user"
	FieldStopSignal  Field = "stopsignal"
	FieldEnv         Field = "env"    // Key is the variable
	FieldLabel       Field = "label"  // Key is the label
	FieldExpose      Field = "expose" // Key is the port
	FieldVolume      Field = "volume" // Key is the path
	FieldShell       Field = "shell"
	FieldOnbuild     Field = "onbuild" // Key is the trigger
)

// A Difference is one part of a contract that is not the same in two files.
type Difference struct {
	Stage         string // name in lower case; "" for the stage that is built by default
	Field         Field
	Key           string // which one, for fields that hold several
	Before, After string // "" when absent; "set" for a port, path or trigger that is there
}

// Diff compares what two versions of a file promise: the final stage of one
// with the final stage of the other, and the other named stages by name, since
// each may be built with --target. Unnamed stages in between only matter through
// the files they make, which is not visible here. The result is sorted.
func Diff(before, after *File) []Difference {
	out := diffContract("", before.Final().Contract(), after.Final().Contract())
	a, b := targets(before), targets(after)
	names := slices.Sorted(maps.Keys(a))
	for name := range b {
		if a[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch {
		case b[name] == nil:
			out = append(out, Difference{Stage: name, Field: FieldStage, Before: "set"})
		case a[name] == nil:
			out = append(out, Difference{Stage: name, Field: FieldStage, After: "set"})
		default:
			out = append(out, diffContract(name, a[name].Contract(), b[name].Contract())...)
		}
	}
	return out
}

// targets are the named stages but the final one; a name given twice means the
// last stage of that name.
func targets(f *File) map[string]*Stage {
	out := map[string]*Stage{}
	for _, s := range f.Stages[:len(f.Stages)-1] {
		if s.Name != "" {
			out[strings.ToLower(s.Name)] = s
		}
	}
	return out
}

func diffContract(stage string, a, b Contract) []Difference {
	var out []Difference
	add := func(field Field, key, before, after string) {
		if before != after {
			out = append(out, Difference{stage, field, key, before, after})
		}
	}
	add(FieldBase, "", a.Base, b.Base)
	add(FieldPlatform, "", a.Platform, b.Platform)
	add(FieldEntrypoint, "", a.Entrypoint, b.Entrypoint)
	add(FieldCmd, "", a.Cmd, b.Cmd)
	add(FieldHealthcheck, "", a.Healthcheck, b.Healthcheck)
	add(FieldWorkdir, "", a.Workdir, b.Workdir)
	add(FieldUser, "", a.User, b.User)
	add(FieldStopSignal, "", a.StopSignal, b.StopSignal)
	add(FieldShell, "", a.Shell, b.Shell)
	for _, m := range []struct {
		field Field
		a, b  map[string]string
	}{
		{FieldEnv, present(a.Env), present(b.Env)},
		{FieldLabel, present(a.Labels), present(b.Labels)},
		{FieldExpose, set(a.Expose), set(b.Expose)},
		{FieldVolume, set(a.Volumes), set(b.Volumes)},
		{FieldOnbuild, set(a.Onbuild), set(b.Onbuild)},
	} {
		keys := maps.Clone(m.a)
		maps.Copy(keys, m.b)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			add(m.field, k, m.a[k], m.b[k])
		}
	}
	return out
}

// present distinguishes a value that is empty from one that is absent.
func present(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		if v == "" {
			v = `""`
		}
		out[k] = v
	}
	return out
}

func set(list []string) map[string]string {
	out := make(map[string]string, len(list))
	for _, k := range list {
		out[k] += "set" // a trigger given twice runs twice
	}
	return out
}
