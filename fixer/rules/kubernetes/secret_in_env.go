package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/secret"
	"oakum/fixer/text"
	"oakum/fixer/yamldoc"
)

//go:embed secret_in_env.md
var secretInEnvDoc string

// SecretInEnv reports secrets in the environment of a manifest.
var SecretInEnv = &fixer.Rule{
	Name:      "kubernetes/secret-in-env",
	Title:     "secret in the manifest",
	Severity:  fixer.High,
	Kind:      fixer.Kubernetes,
	AsWritten: true,
	Phase:     fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.4.1"},
		{Source: fixer.NSA, ID: "secrets"},
		{Source: fixer.KubeLinter, ID: "env-var-secret"},
		{Source: fixer.Kubescape, ID: "C-0012"},
		{Source: fixer.Kubescape, ID: "C-0259"},
		{Source: fixer.Polaris, ID: "sensitiveContainerEnvVar"},
		{Source: fixer.KICSCommon, ID: "a88baa34-e2ad-44ea-ad6f-8cac87bc7c71", Title: "Passwords And Secrets"},
	},
	Params: []fixer.Param{paramSecret},
	Doc:    secretInEnvDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			for i, v := range c.Node.Get("env").List() {
				name, value := v.Get("name").Text(), v.Get("value").Text()
				if s := secret.Find(name, value); s.What != "" {
					reportSecret(p, c, i, v, s)
				}
			}
		}
	},
}

var paramSecret = fixer.Param{Name: "secret", Meaning: "name of the Secret, and of its file", Validate: kube.ValidName}

// secretKey is what a key of a Secret may look like.
var secretKey = text.Regexp(`^[-._a-zA-Z0-9]{1,253}$`)

func reportSecret(p *fixer.Pass, c kube.Container, i int, v *yamldoc.Node, s secret.Literal) {
	name, at := v.Get("name").Text(), v.Get("name")
	f := fixer.Finding{
		Path: c.FindingPath() + " env[" + name + "]", Start: at.KeyOrSelf().Start, End: at.End,
		Message:  fmt.Sprintf("%s is given %s in %s", c, s.What, name),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: s.Evidence}},
	}
	if s.WellKnown {
		f.Severity = fixer.Medium
	}
	const by = "put a new value into a Secret that is not in this repository (an ExternalSecret, a SealedSecret, SOPS), and refer to it by secretKeyRef"
	switch {
	case strings.Contains(v.Get("value").Text(), "$$"):
		f.Advice = by + "; $$ in the value stands for $, which it would not in a Secret"
	case !secretKey().MatchString(name) || kube.ValidName(c.Workload.Name) != nil:
		f.Advice = by
	default:
		f.Advice = by + "; or at least out of the manifest, as the fix does"
		f.Fixes = []fixer.Fix{moveFix(c, i, v)}
	}
	p.Report(f)
}

// moveFix moves the value to a Secret in a file of its own beside the manifest.
func moveFix(c kube.Container, i int, v *yamldoc.Node) fixer.Fix {
	name := v.Get("name").Text()
	return fixer.Fix{
		ID:     "move",
		Title:  "move " + name + " to a Secret in a file of its own",
		Level:  fixer.Review,
		Breaks: "the pod does not start until the new Secret is applied with it; and the value stays known, so replace it where it is valid",
		Verify: "kubectl apply both files, and the program still gets the variable",
		Params: []fixer.Param{paramSecret.With(c.Workload.Name + "-secrets")},
		Edit: func(d *fixer.Draft) error {
			target := secretFile{d: d, beside: d.File, name: d.Param("secret"), namespace: c.Workload.Namespace}
			key := name
			if alsoGiven(c, name) {
				key = c.Name + "." + name
			}
			if err := target.put(key, v.Get("value").Text()); err != nil {
				return err
			}
			at := c.Path.Join("env", i)
			d.YAML(c.Workload.Doc,
				yamldoc.Remove(at.Join("value")),
				yamldoc.Set(at.Join("valueFrom"), yamldoc.Map{{Key: "secretKeyRef", Value: yamldoc.Map{{Key: "name", Value: target.name}, {Key: "key", Value: key}}}}))
			return nil
		},
	}
}

// alsoGiven reports whether another container of the pod has a variable of
// that name, so that one key cannot hold both.
func alsoGiven(c kube.Container, name string) bool {
	for _, other := range c.Workload.Containers() {
		if other.Place != c.Place && other.HasEnv(name) {
			return true
		}
	}
	return false
}

// A secretFile is the Secret that values of a manifest are moved to.
type secretFile struct {
	d               *fixer.Draft
	beside          string // path of the manifest
	name, namespace string
}

// put writes a value to the Secret, whose file is made if it is not there.
func (s secretFile) put(key, value string) error {
	if list := listedBy(s.d.Snapshot, s.beside); list != "" {
		return fixer.Refuse("%s lists the files that are applied and would not apply a new one: add a secretGenerator or the file of a Secret to it, and refer to that", list)
	}
	at := path.Join(path.Dir(s.beside), s.name+".yaml")
	file := s.d.Snapshot.File(at)
	if file == nil {
		data, err := s.document(key, value)
		if err != nil {
			return err
		}
		s.d.Create(at, fixer.Kubernetes, data)
		return nil
	}
	if len(file.Objects) != 1 || file.Objects[0].Kind != "Secret" || file.Objects[0].Name != s.name || file.Objects[0].Namespace != s.namespace {
		return fixer.Refuse("%s exists and is something else: choose another name for the Secret", at)
	}
	o := file.Objects[0]
	for _, values := range []string{"stringData", "data"} {
		if have := o.Node.Get(values).Get(key); have != nil && (values == "data" || have.Text() != value) {
			return fixer.Refuse("%s has another value for %s: choose another name for the Secret", at, key)
		}
	}
	s.d.At(at).YAML(o.Doc, yamldoc.Set(o.Path.Join("stringData", key), value))
	return nil
}

// document is the file of a new Secret with one value.
func (s secretFile) document(key, value string) ([]byte, error) {
	return kube.NewDocument("# Moved out of "+path.Base(s.beside)+". Who could read that file knows these values: replace\n"+
		"# each one where it is valid, and keep the new ones out of the repository.\n", "Secret",
		kube.NewMeta(s.name, s.namespace),
		yamldoc.Set(yamldoc.P("type"), "Opaque"),
		yamldoc.Set(yamldoc.P("stringData"), yamldoc.Map{{Key: key, Value: value}}))
}
