package cross

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed secret_in_image.md
var secretInImageDoc string

// SecretInImage reports values of Kubernetes Secrets that are in an image, too.
var SecretInImage = &fixer.Rule{
	Name:     "cross/secret-in-image",
	Title:    "value of a Secret is also in the image",
	Severity: fixer.High,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.CISKubernetes, ID: "5.4.1"},
		{Source: fixer.CWE, ID: "CWE-538"},
	},
	Doc: secretInImageDoc,
	Check: func(p *fixer.Pass) {
		values := secretValues(p)
		if len(values) == 0 {
			return
		}
		for f := range p.Snapshot.Files() {
			if f.Dockerfile == nil || f.Context || f.Skip != nil {
				continue
			}
			for _, s := range f.Dockerfile.Stages {
				for _, i := range s.Instructions {
					if i.Keyword == "ENV" || i.Keyword == "ARG" {
						checkCopies(p, f, s, i, values)
					}
				}
			}
		}
	},
}

// A secretValue is one value of a Secret.
type secretValue struct {
	object *kube.Object
	key    string
	value  string
	place  string
}

// leastSecret is how long a value is that does not equal another by chance.
const leastSecret = 6

func secretValues(p *fixer.Pass) []secretValue {
	var out []secretValue
	for f := range p.Snapshot.Files() {
		if f.Skip == nil && len(f.Objects) > 0 {
			out = append(out, secretsOf.Of(f)...)
		}
	}
	return out
}

// secretsOf are the values of the Secrets in a manifest.
var secretsOf = fixer.Derive(func(f *fixer.File) []secretValue {
	var out []secretValue
	for _, o := range f.Objects {
		if o.Kind != "Secret" || o.Group() != "" {
			continue
		}
		add := func(n *yamldoc.Node, key, value string) {
			if value = strings.TrimSpace(value); len(value) >= leastSecret && !secret.Harmless(key, value) && !secret.Reference(value) {
				out = append(out, secretValue{o, key, value, f.PlaceOf(n)})
			}
		}
		for key, n := range o.Node.Get("stringData").All() {
			add(n, key, n.Text())
		}
		for key, n := range o.Node.Get("data").All() {
			if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(n.Text())); err == nil {
				add(n, key, string(plain))
			}
		}
	}
	return out
})

func checkCopies(p *fixer.Pass, f *fixer.File, s *dockerfile.Stage, i *dockerfile.Instruction, values []secretValue) {
	for _, pair := range i.Pairs {
		value := strings.TrimSpace(pair.Value)
		if !secret.Named(pair.Key) && !secret.LooksLikeKey(value) {
			continue
		}
		k := slices.IndexFunc(values, func(v secretValue) bool { return v.value == value })
		if k < 0 {
			continue
		}
		same := values[k]
		finding := fixer.Finding{
			File: f.Path, Path: fmt.Sprintf("stage %d: %s %s", s.Index, i.Keyword, pair.Key), Start: pair.KeyWord.Start, End: pair.KeyWord.End,
			Message: fmt.Sprintf("%s %s has the value of key %q in %s: everyone who can pull the image can read it", i.Keyword, pair.Key, same.key, same.object.ID()),
			Evidence: []fixer.Evidence{
				{Kind: fixer.FromManifest, Place: same.place, Text: fmt.Sprintf("Key %q has the same value, which is not shown", same.key)},
			},
			Advice: fmt.Sprintf("Remove %s from the Dockerfile, set it from the Secret wherever the image runs (secretKeyRef), and rotate the value", pair.Key),
		}
		if fix, ok := removeCopy(p, f, s, i, pair, same); ok {
			finding.Fixes = []fixer.Fix{fix}
		}
		p.Report(finding)
	}
}

// removeCopy takes a variable out of the image, where every place that runs the image sets
// it, and no step of the build uses it.
func removeCopy(p *fixer.Pass, f *fixer.File, s *dockerfile.Stage, i *dockerfile.Instruction, pair dockerfile.Pair, same secretValue) (fixer.Fix, bool) {
	if i.Keyword != "ENV" || s != f.Dockerfile.Final() {
		return fixer.Fix{}, false
	}
	for _, other := range s.Instructions {
		if other != i && strings.Contains(string(f.Dockerfile.Source[other.Start:other.End]), pair.Key) {
			return fixer.Fix{}, false
		}
	}
	places, ok := setters(p, topology.Build{Path: f.Path, File: f.Dockerfile, Stage: s}, pair.Key)
	if !ok {
		return fixer.Fix{}, false
	}
	file, path := f.Dockerfile, f.Path
	return fixer.Fix{
		ID: "remove", Title: fmt.Sprintf("Remove ENV %s, which %s set", pair.Key, text.Some(places)), Level: fixer.Review,
		Breaks: "Containers that are started in another way than by these files do not have the variable. Images that are built already keep the value: rotate it",
		Verify: "docker image inspect --format '{{.Config.Env}}' IMAGE\nprints no " + pair.Key,
		Edit: func(d *fixer.Draft) error {
			edits, err := file.DeletePair(i, pair)
			if len(i.Pairs) == 1 {
				edits, err = file.Delete(i)
			}
			if err != nil {
				return err
			}
			d.At(path).Dockerfile(edits, dockerfile.FieldEnv)
			return nil
		},
	}, true
}

// setters are the places that run the image of a build and set a variable. ok is false
// where one does not, or where none is known.
func setters(p *fixer.Pass, b topology.Build, name string) (places []string, ok bool) {
	for _, v := range p.Topology().Users(b.Path) {
		if other, same := p.Topology().ServiceBuild(v); !same || other.Stage != b.Stage {
			continue
		}
		if !slices.ContainsFunc(v.Pairs("environment"), func(e compose.Pair) bool { return e.Name == name }) {
			return nil, false
		}
		places = append(places, v.File)
	}
	for f := range p.Snapshot.Files() {
		for c := range p.Topology().Containers(f.Objects) {
			if c.Build.Stage != b.Stage {
				continue
			}
			if !c.Build.Certain || !slices.ContainsFunc(c.Node.Get("env").List(), func(n *yamldoc.Node) bool { return n.Get("name").Text() == name }) {
				return nil, false
			}
			places = append(places, c.Workload.ID())
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	return places, len(places) > 0
}
