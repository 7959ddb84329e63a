package kubernetes

import (
	"cmp"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// An outside is a Secret that the repository describes and whose values are
// elsewhere, or encrypted.
type outside struct {
	secret, namespace string
	keys              []string
	evidence          fixer.Evidence
}

var outsideSecrets = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool { return len(readOutside(f, o).keys) > 0 })
}, func(files []*fixer.File) []outside {
	var out []outside
	for _, f := range files {
		for _, o := range f.Objects {
			if s := readOutside(f, o); len(s.keys) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
})

// readOutside reads an object of the External Secrets operator, of Sealed Secrets,
// or a Secret that SOPS has encrypted. The keys are those that the file names.
func readOutside(f *fixer.File, o *kube.Object) outside {
	spec := o.Node.Get("spec")
	out := outside{secret: o.Name, namespace: o.Namespace}
	switch {
	case o.Kind == "ExternalSecret":
		out.secret = cmp.Or(spec.Get("target").Get("name").Text(), o.Name)
		for _, item := range spec.Get("data").List() {
			out.keys = append(out.keys, item.Get("secretKey").Text())
		}
	case o.Kind == "SealedSecret":
		out.secret = cmp.Or(spec.Get("template").Get("metadata").Get("name").Text(), o.Name)
		for key := range spec.Get("encryptedData").All() {
			out.keys = append(out.keys, key)
		}
	case o.Kind == "Secret" && o.Group() == "" && !o.Node.Get("sops").Null():
		for _, values := range []string{"data", "stringData"} {
			for key := range o.Node.Get(values).All() {
				out.keys = append(out.keys, key)
			}
		}
	}
	out.evidence = fixer.Evidence{Kind: fixer.FromManifest, Place: f.PlaceOf(o.NameNode()), Text: o.ID() + " provides the Secret " + out.secret + ", whose values are not in the repository"}
	return out
}

// outsideSecret returns the one Secret of that kind which has a key for the
// workload; none where there are several.
func outsideSecret(p *fixer.Pass, w *kube.Workload, key string) (found outside, ok bool) {
	for _, s := range outsideSecrets.Of(p) {
		apart := s.namespace != "" && w.Namespace != "" && s.namespace != w.Namespace
		if apart || !slices.Contains(s.keys, key) {
			continue
		}
		if ok && s.secret != found.secret {
			return outside{}, false
		}
		found, ok = s, true
	}
	return found, ok
}
