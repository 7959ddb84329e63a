package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// fileFix mounts the value as a Compose secret where every service that holds it takes
// the path of a file in its place. The secret's source is a file, because Compose copies
// others into the container, which fails on a read-only root filesystem and ignores the
// user.
func (g *secretGroup) fileFix(p *fixer.Pass) (fix fixer.Fix, known fixer.Evidence) {
	first, env := g.first(), environmentOf(p, g.first().view)
	name := strings.ToLower(g.variable)
	file := besideEnvironment(env, "secrets/"+name)
	there := p.Read(file)
	if there != nil && (there.Kind != fixer.SecretValue || string(there.Data) != first.value) {
		return fix, known // not what a fix has written for another file, or another secret
	}
	if ofStack.Of(p) && !stackTakes(p, 1) {
		return fix, known
	}
	if !env.sure || strings.ContainsAny(first.value, "\r\n\x00") || first.view.Definition("secrets", name).Node != nil {
		return fix, known
	}
	variables := make([]string, len(g.places))
	for i := range g.places {
		at := &g.places[i]
		e := container.OfService(p, at.view).Program()
		if e == nil || e.ByName || at.host != "" || at.account || at.argument != nil || len(at.also) > 0 || !movable(p, at) {
			return fix, known
		}
		variable, ok := e.SecretFile(at.name)
		if !ok || container.FromService(p, at.view).EnvFrom {
			return fix, known
		}
		variables[i], known = variable, fixer.ImageEvidence(e.Evidence(image.FieldSecretFileEnv))
	}
	places, value := g.places, first.value
	return fixer.Fix{
		ID: "file", Level: fixer.Review,
		Title:  fmt.Sprintf("Set %s to a Compose secret and move the value to %s, which git ignores", variables[0], file),
		Breaks: fmt.Sprintf("The service does not start %s until %s is created there, readable by the container's user. %s", elsewhere(p, first.view), file, keepsHistory),
		Verify: first.view.CLI() + " up -d " + text.ShellWord(first.view.Name) + " && " + first.view.CLI() + " exec " + text.ShellWord(first.view.Name) + " ls -l /run/secrets/" + name +
			"\nlists the secret, readable by the service's user\n\ngit check-ignore " + text.ShellWord(file) + "\nprints " + file,
		Edit: func(d *fixer.Draft) error {
			for i := range places {
				if err := readFromFile(d, &places[i], variables[i], name); err != nil {
					return err
				}
			}
			d.At(first.view.File).Define(first.view.Doc.Index, yamldoc.P("secrets", name, "file"), "./secrets/"+name)
			if d.Snapshot.File(file) == nil {
				d.Create(file, fixer.SecretValue, []byte(value))
			}
			return keepFromGit(d, file, path.Dir(env.path))
		},
	}, known
}

// movable reports whether a variable can be taken out of a service's environment: it
// stands in the service's own mapping or list, nothing else is made of that, and nothing
// in the container reads the variable besides the image's own entry point.
func movable(p *fixer.Pass, at *secretPlace) bool {
	v := at.view
	list := v.Node.Own("environment")
	switch {
	case list == nil || list.Kind == yamldoc.Alias || list.Anchor() != "" || v.Part().Shared() != nil || at.scalar.Anchor() != "" || at.node.Kind == yamldoc.Alias:
		return false
	case list.Is(yamldoc.Mapping) && list.Own(at.name) == nil, len(v.Bases)+len(v.Overrides) > 0, len(v.Reached("environment"))+len(v.Reached("secrets")) > 0:
		return false
	case unwritable(v, "secrets") != "" || v.Partial:
		return false
	}
	pairs := v.Pairs("environment")
	if slices.ContainsFunc(pairs, func(o compose.Pair) bool { return strings.HasPrefix(o.Name, at.name+"_") }) {
		return false
	}
	for _, key := range []string{"command", "entrypoint", "healthcheck", "post_start", "pre_stop", "pre_start"} {
		if mentions(v.Setting(key).Node, at.name) {
			return false
		}
	}
	return !container.FromService(p, v).ScriptReads(p, v.File, at.name)
}

// mentions reports whether some text below a node holds a word.
func mentions(n *yamldoc.Node, word string) bool {
	n = n.Resolve()
	if n == nil {
		return false
	}
	if strings.Contains(n.Text(), word) {
		return true
	}
	for _, e := range n.Entries() {
		if mentions(e.Value, word) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items(), func(item *yamldoc.Node) bool { return mentions(item, word) })
}

// readFromFile gives a service the secret and, in place of the value, its path.
func readFromFile(d *fixer.Draft, at *secretPlace, variable, name string) error {
	v := at.view
	env := v.Path.Join("environment")
	target := "/run/secrets/" + name
	switch {
	case at.node.Parent.Is(yamldoc.Sequence):
		d.YAML(v.Doc, yamldoc.SetText(at.scalar, variable+"="+target))
	case at.scalar.End == len(v.Doc.File.Source): // what is added comes there, too
		d.YAML(v.Doc, yamldoc.Set(env.Join(variable), target), yamldoc.Remove(env.Join(at.name)))
	default: // in the place of the key, where a reader looks for it
		key := at.node.KeyOrSelf()
		d.At(v.File).Text(v.Doc.Index, []text.Edit{
			{Start: key.Start, End: key.End, New: variable}, {Start: at.scalar.Start, End: at.scalar.End, New: target},
		}, env.Join(variable), env.Join(at.name))
	}
	return add(d, v, "secrets", name)
}
