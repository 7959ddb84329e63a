package cross

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed build_secret.md
var buildSecretDoc string

// BuildSecret reports secrets passed as build arguments.
var BuildSecret = &fixer.Rule{
	Name:     "cross/build-secret",
	Title:    "secret passed as a build argument",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.BuildKit, ID: "SecretsUsedInArgOrEnv"},
		{Source: fixer.DockerDocs, ID: "Compose build.secrets", Link: "https://docs.docker.com/reference/compose-file/build/#secrets"},
	},
	Doc: buildSecretDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range p.Topology().Compose().Views(p.File.Path) {
			for _, a := range secretArguments(v) {
				checkBuildArgument(p, v, a)
			}
		}
	},
}

// A buildArgument is one entry of a service's build.args.
type buildArgument struct {
	name  string
	value string // as written; "" when Compose takes it from the environment by its name
	start int    // of the name in the file
	end   int
	path  yamldoc.Path // of the entry
	only  bool         // there is no other entry
	own   bool         // it stands in the service, not behind an anchor
}

// written reports whether a value stands where it is used.
func written(n *yamldoc.Node) bool { return n != nil && n.Kind != yamldoc.Alias }

// secretArguments returns the arguments under the name of a secret that a
// service passes, as its own file says.
func secretArguments(v compose.View) []buildArgument {
	build := v.Node.Own("build")
	args := build.Get("args")
	own := written(build) && written(build.Own("args"))
	at := v.Path.Join("build", "args")
	var out []buildArgument
	switch {
	case args.Is(yamldoc.Mapping):
		for key, n := range args.All() {
			place := n.KeyOrSelf()
			out = append(out, buildArgument{name: key, value: n.Text(), start: place.Start, end: place.End, path: at.Join(key), own: own && args.Own(key) != nil})
		}
	case args.Is(yamldoc.Sequence):
		for k, n := range args.List() {
			key, value, _ := strings.Cut(n.Text(), "=")
			out = append(out, buildArgument{name: key, value: value, start: n.Start, end: min(n.End, n.Start+len(key)), path: at.Join(k), own: own})
		}
	}
	only := len(out) == 1
	out = slices.DeleteFunc(out, func(a buildArgument) bool { return !secret.Named(a.name) })
	for k := range out {
		out[k].only = only
	}
	return out
}

// fromEnvironment matches a value that is one variable, with or without the
// demand that it is set; a default is a value of its own.
var fromEnvironment = text.Regexp(`^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?\?[^}]*|:?-)?\})$`)

// variable returns the variable of the environment that the argument takes its
// value from.
func (a buildArgument) variable() (string, bool) {
	if a.value == "" {
		return a.name, true
	}
	m := fromEnvironment().FindStringSubmatch(a.value)
	if m == nil {
		return "", false
	}
	return m[1] + m[2], true
}

func checkBuildArgument(p *fixer.Pass, v compose.View, a buildArgument) {
	b, ok := p.Topology().ServiceBuild(v)
	if !ok {
		b, ok = p.Topology().InlineBuild(v)
	}
	declared := ok && slices.ContainsFunc(b.File.Instructions, func(i *dockerfile.Instruction) bool {
		_, declares := i.Pair(a.name)
		return i.Keyword == "ARG" && declares
	})
	f := fixer.Finding{
		File: v.File, Path: "services." + v.Name + ": build.args " + a.name, Start: a.start, End: a.end,
		Message: fmt.Sprintf("Service %q passes the secret %s as a build argument, which stays in the image history", v.Name, a.name),
	}
	if !declared {
		reportUndeclared(p, v, a, ok, f)
		return
	}
	f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: b.Path, Text: "declares ARG " + a.name}}
	variable, known := a.variable()
	if !known && !strings.Contains(a.value, "$") {
		if secret.Harmless(a.name, a.value) {
			return
		}
		inPlainText(&f, v, a)
	}
	advice := asBuildSecret(a.name, path.Base(b.Path))
	switch move, why := planMove(p, b.Path, a.name); {
	case !known && f.Severity == fixer.High:
		f.Advice = text.Sentences(advice, "Rotate this secret: it can be read from this file and from every image built from it")
	case why != "":
		f.Advice = text.Sentences(advice, "Not fixed automatically: "+why)
	default:
		f.Fixes = []fixer.Fix{move.fix(b.Path, variable)}
	}
	p.Report(f)
}

func inPlainText(f *fixer.Finding, v compose.View, a buildArgument) {
	f.Severity = fixer.High
	f.Message = fmt.Sprintf("Service %q passes the secret %s as a build argument, in plain text", v.Name, a.name)
}

func asBuildSecret(name, dockerfile string) string {
	return fmt.Sprintf("List %s under build.secrets, define it under the top-level secrets with environment: %s, and write RUN --mount=type=secret,id=%s,env=%s in %s", name, name, name, name, dockerfile)
}

// reportUndeclared reports a secret in plain text that no ARG takes, or none that is seen:
// it can be read in the Compose file all the same.
func reportUndeclared(p *fixer.Pass, v compose.View, a buildArgument, seen bool, f fixer.Finding) {
	if a.value == "" || strings.Contains(a.value, "$") || secret.Harmless(a.name, a.value) {
		return
	}
	inPlainText(&f, v, a)
	advice := asBuildSecret(a.name, "the Dockerfile")
	if seen {
		advice = "Remove the argument: the Dockerfile has no ARG " + a.name
	}
	f.Advice = text.Sentences(advice, "Rotate this secret: it can be read from this file")
	p.Report(f)
}

// A move takes a secret from build arguments to build secrets.
type move struct {
	name  string
	mount *build.SecretMount
	from  []passing
}

// A passing is a service that passes the argument.
type passing struct {
	view     compose.View
	arg      buildArgument
	variable string
}

// planMove looks at everybody who gives the argument to a Dockerfile, and says
// why it cannot be moved for all of them.
func planMove(p *fixer.Pass, file, name string) (*move, string) {
	m := &move{name: name}
	for _, v := range p.Topology().Users(file) {
		if !v.PassesBuildArg(name) {
			continue
		}
		own := secretArguments(v)
		k := slices.IndexFunc(own, func(a buildArgument) bool { return a.name == name })
		if k < 0 || !own[k].own || v.Partial || len(v.Overrides) > 0 {
			return nil, fmt.Sprintf("%s passes the argument to service %s from outside the definition of the service", v.File, v.Name)
		}
		variable, ok := own[k].variable()
		if !ok {
			return nil, fmt.Sprintf("the value that %s gives service %s is more than a single variable", v.File, v.Name)
		}
		top := v.Doc.Root.Get("secrets").Get(name)
		if !top.Null() && top.Get("environment").Text() != variable {
			return nil, fmt.Sprintf("%s already defines a different secret with this name", v.File)
		}
		if slices.ContainsFunc(m.from, func(o passing) bool { return o.view.File == v.File && o.variable != variable }) {
			return nil, fmt.Sprintf("%s passes the argument from different variables", v.File)
		}
		m.from = append(m.from, passing{v, own[k], variable})
	}
	source := p.Read(file)
	if source != nil && source.Compose != nil {
		return nil, "the Dockerfile is part of " + file
	}
	if source == nil || source.Dockerfile == nil || source.Context {
		return nil, file + " is not one of the files that can be edited"
	}
	var why string
	if m.mount, why = build.Of(source).MountSecret(name); why != "" {
		return nil, "in " + file + ", " + why
	}
	return m, ""
}

func (m *move) fix(file, variable string) fixer.Fix {
	files := []string{}
	for _, o := range m.from {
		if !slices.Contains(files, o.view.File) {
			files = append(files, o.view.File)
		}
	}
	return fixer.Fix{
		ID: "build-secret", Title: fmt.Sprintf("Pass %s as a build secret in %s and %s", m.name, strings.Join(files, ", "), file), Level: fixer.Review,
		Breaks: text.Sentences(m.mount.Breaks(), "Compose 2 is required, and the build fails while the variable "+variable+" is not set"),
		Verify: "docker compose build\nsucceeds\n\ndocker history --no-trunc IMAGE\nshows no value of " + m.name,
		Edit: func(d *fixer.Draft) error {
			edits, err := m.mount.Edits()
			if err != nil {
				return err
			}
			d.At(file).Dockerfile(edits)
			m.compose(d)
			return nil
		},
	}
}

// compose asks for the operations on the services: the argument out, the secret
// in, and once per file the secret itself.
func (m *move) compose(d *fixer.Draft) {
	var named []string
	for _, o := range m.from {
		out := o.arg.path
		if o.arg.only {
			out = out.Parent()
		}
		ops := []yamldoc.Op{yamldoc.Remove(out)}
		build := o.view.Node.Get("build")
		if !slices.ContainsFunc(build.Get("secrets").List(), func(n *yamldoc.Node) bool {
			return n.Text() == m.name || n.Get("source").Text() == m.name
		}) {
			ops = append(ops, yamldoc.Append(o.view.Path.Join("build", "secrets"), m.name))
		}
		if !slices.Contains(named, o.view.File) {
			named = append(named, o.view.File)
			d.At(o.view.File).Define(o.view.Doc.Index, yamldoc.P("secrets", m.name, "environment"), o.variable)
		}
		d.At(o.view.File).YAML(o.view.Doc, ops...)
	}
}
