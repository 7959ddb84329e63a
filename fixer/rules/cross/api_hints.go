package cross

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// hintsAtAPI reports whether what a workload is told shows that it uses its token: a script
// or a configuration that it mounts speaks of it, or a setting makes it find its peers, or
// sign in elsewhere, with Kubernetes.
func hintsAtAPI(p *fixer.Pass, w *kube.Workload) bool {
	for _, c := range w.Containers() {
		for _, e := range c.Node.Get("env").List() {
			if e.Get("valueFrom") == nil && asksKubernetes(e.Get("name").Text(), e.Get("value").Text()) {
				return true
			}
		}
		for _, key := range []string{"command", "args"} {
			for _, n := range c.Node.Get(key).List() {
				for _, word := range strings.Fields(n.Text()) {
					name, value, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
					if strings.HasPrefix(word, "-") && asksKubernetes(name, strings.Trim(value, `"'`)) {
						return true
					}
				}
			}
		}
	}
	maps := apiMaps.Of(p)
	if len(maps) == 0 {
		return false
	}
	named := func(n *yamldoc.Node) bool {
		return n != nil && maps[[2]string{w.Namespace, n.Get("name").Text()}]
	}
	for _, v := range w.Pod.Get("volumes").List() {
		if named(v.Get("configMap")) || slices.ContainsFunc(v.Get("projected").Get("sources").List(), func(s *yamldoc.Node) bool { return named(s.Get("configMap")) }) {
			return true
		}
	}
	for _, c := range w.Containers() {
		if slices.ContainsFunc(c.Node.Get("envFrom").List(), func(n *yamldoc.Node) bool { return named(n.Get("configMapRef")) }) {
			return true
		}
	}
	return false
}

// What names of settings say that Kubernetes does for the application, where their value
// is Kubernetes; and how it is called there.
var (
	askedOf     = text.WordSet("auth authentication login discovery join ping cluster clustering membership leader election lock coordination registry backend role")
	kubernetes  = text.WordSet("kube kubernetes k8s")
	turnedOff   = text.WordSet("false no 0 off disabled none")
	stateOfKube = text.WordSet("secret configmap lease lock election enabled")
)

// asksKubernetes reads a setting: VAULT_AUTH_METHOD=kubernetes, TS_KUBE_SECRET=state,
// JOIN_KUBERNETES_ENABLED=true, JGROUPS_PING_PROTOCOL=kubernetes.KUBE_PING.
func asksKubernetes(name, value string) bool {
	list := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "" || turnedOff[value] {
		return false
	}
	has := func(set map[string]bool) bool {
		return slices.ContainsFunc(list, func(word string) bool { return set[word] })
	}
	if has(kubernetes) && has(stateOfKube) {
		return true
	}
	first, _, _ := strings.Cut(value, ".")
	return has(askedOf) && kubernetes[first]
}

// apiMaps are the ConfigMaps, by namespace and name, in which something stands that only
// clients of the API have.
var apiMaps = fixer.NewIndex(func(f *fixer.File) bool { return len(apiMapsOf.Of(f)) > 0 }, func(files []*fixer.File) map[[2]string]bool {
	out := map[[2]string]bool{}
	for _, f := range files {
		for _, at := range apiMapsOf.Of(f) {
			out[at] = true
		}
	}
	return out
})

var apiMapsOf = fixer.Derive(func(f *fixer.File) [][2]string {
	if f.Kind != fixer.Kubernetes {
		return nil
	}
	var out [][2]string
	for _, o := range f.Objects {
		if o.Kind != "ConfigMap" || o.Group() != "" {
			continue
		}
		for key, value := range o.Node.Get("data").All() {
			if apiMention().MatchString(value.Text()) || !strings.Contains(value.Text(), "\n") && asksKubernetes(key, value.Text()) {
				out = append(out, [2]string{o.Namespace, o.Name})
				break
			}
		}
	}
	return out
})
