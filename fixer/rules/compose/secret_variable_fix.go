package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// variableFix takes the value from a variable that Compose demands, in all places, and
// keeps it in .env where that can be written: everything starts as before with it.
func (g *secretGroup) variableFix(p *fixer.Pass) fixer.Fix {
	first, env := g.first(), environmentOf(p, g.first().view)
	write := env.writable(first.value)
	fix := fixer.Fix{
		ID: "variable", Level: fixer.Review,
		Title:  fmt.Sprintf("Write %s and move the value to %s, which git ignores", demand(g.variable), env.path),
		Breaks: fmt.Sprintf("Compose refuses to start %s until %s is set there. %s", elsewhere(p, first.view), g.variable, keepsHistory),
		Verify: first.view.CLI() + " config --quiet\nprints nothing: all variables are set\n\ngit check-ignore " + text.ShellWord(env.path) + "\nprints " + env.path,
	}
	switch {
	case ofStack.Of(p): // docker stack deploy reads the environment alone
		write = false
		fix.Level = fixer.Manual
		fix.Title = fmt.Sprintf("Write %s in place of the value", demand(g.variable))
		fix.Breaks = fmt.Sprintf("docker stack deploy reads no .env file, and refuses the file until %s is set in the environment. %s", g.variable, keepsHistory)
		fix.Verify = "docker stack config -c " + text.ShellWord(first.view.File) + " > /dev/null\nends without an error"
	case write:
	case env.sets[g.variable]:
		fix.Title = fmt.Sprintf("Write %s: %s sets the variable", demand(g.variable), env.path)
		fix.Breaks = fmt.Sprintf("The value in %s may differ, and a database that is initialized keeps its old password. %s", env.path, keepsHistory)
	case env.sure: // from then on a person has to act, so one decides
		fix.Level = fixer.Manual
		fix.Title = fmt.Sprintf("Write %s in place of the value", demand(g.variable))
		fix.Breaks = fmt.Sprintf("Compose refuses to start until you add %s with its value to %s. %s", g.variable, env.path, keepsHistory)
	default:
		fix.Level = fixer.Manual
		fix.Title = fmt.Sprintf("Write %s in place of the value", demand(g.variable))
		fix.Breaks = fmt.Sprintf("Compose refuses to start until you set %s in the .env file of each project that uses this file. %s", g.variable, keepsHistory)
		fix.Verify = first.view.CLI() + " config --quiet\nprints nothing: all variables are set"
	}
	variable, value, places := g.variable, first.value, g.places
	fix.Edit = func(d *fixer.Draft) error {
		putInPlaces(d, places, demand(variable))
		if !write {
			return nil
		}
		return addToEnvironment(d, env.path, variable, value)
	}
	return fix
}

// setFirst is what a person does before the fix, where no file can keep the value.
func (g *secretGroup) setFirst() string {
	return fmt.Sprintf("Set %s wherever the file is used, then write %s in place of the value", g.variable, demand(g.variable))
}

// putInPlaces writes a text in place of each of the secrets.
func putInPlaces(d *fixer.Draft, places []secretPlace, with string) {
	first := &places[0]
	d.At(first.view.File).YAML(first.view.Doc, replacePieces(places, with)...)
	for i := range places {
		if places[i].inLines() {
			places[i].replaceInLines(d, with)
		}
	}
}

// elsewhere is where the files that a fix makes are missing.
func elsewhere(p *fixer.Pass, v compose.View) string {
	if place := startedIn(p, v); place != "" {
		return "in CI (" + place + ") and in other checkouts"
	}
	return "in other checkouts and in CI"
}

// keepsHistory is what no edit changes.
const keepsHistory = "The value stays in the git history: rotate it"

// replacePieces puts one text in place of each secret, several to a value too.
func replacePieces(places []secretPlace, with string) []yamldoc.Op {
	var scalars []*yamldoc.Node
	for _, p := range places {
		if !p.inLines() && !slices.Contains(scalars, p.scalar) {
			scalars = append(scalars, p.scalar)
		}
	}
	var ops []yamldoc.Op
	for _, scalar := range scalars {
		value := scalar.Text()
		var pieces []secretPlace
		for _, p := range places {
			if p.scalar == scalar {
				pieces = append(pieces, p)
			}
		}
		slices.SortFunc(pieces, func(a, b secretPlace) int { return b.start - a.start })
		for _, p := range pieces {
			value = value[:p.start] + with + value[p.end:]
		}
		ops = append(ops, yamldoc.SetText(scalar, value))
	}
	return ops
}

// besideEnvironment returns a path in the directory of .env.
func besideEnvironment(env environmentFile, name string) string {
	return path.Join(path.Dir(env.path), name)
}
