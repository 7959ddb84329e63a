package container

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// maxVariable is how long a value of a ConfigMap may be to be kept as a variable: longer
// ones are files.
const maxVariable = 1 << 10

// sharedValues are the values of ConfigMaps by namespace and name, as variables. A value
// that two ConfigMaps of a name give differently is not known: which one is applied
// nothing here tells.
var sharedValues = fixer.NewIndex(
	func(f *fixer.File) bool { return len(valuesOfFile.Of(f)) > 0 },
	func(files []*fixer.File) map[[2]string][]Variable {
		out := map[[2]string][]Variable{}
		for _, f := range files {
			for at, list := range valuesOfFile.Of(f) {
				out[at] = mergeVariables(out[at], list)
			}
		}
		return out
	})

var valuesOfFile = fixer.Derive(func(f *fixer.File) map[[2]string][]Variable {
	if f.Kind != fixer.Kubernetes {
		return nil
	}
	var out map[[2]string][]Variable
	for _, o := range f.Objects {
		if o.Kind != "ConfigMap" || o.Group() != "" {
			continue
		}
		var list []Variable
		for key, value := range o.Node.Get("data").All() {
			if said := value.Text(); len(said) <= maxVariable && !strings.Contains(strings.TrimRight(said, "\n"), "\n") {
				list = append(list, Variable{Name: key, Value: said, Known: !strings.Contains(said, "${"), Place: f.PlaceOf(value)})
			}
		}
		if len(list) > 0 {
			if out == nil {
				out = map[[2]string][]Variable{}
			}
			at := [2]string{o.Namespace, o.Name}
			out[at] = mergeVariables(out[at], list)
		}
	}
	return out
})

// mergeVariables adds variables to a list that another ConfigMap of the name gave.
func mergeVariables(list, more []Variable) []Variable {
	if len(list) == 0 {
		return more
	}
	at := map[string]int{}
	out := append([]Variable{}, list...)
	for i, v := range out {
		at[v.Name] = i
	}
	for _, v := range more {
		if i, ok := at[v.Name]; !ok {
			out = append(out, v)
		} else if out[i].Value != v.Value {
			out[i].Known = false
		}
	}
	return out
}

// sharedVariables are those that a container takes as a whole from ConfigMaps which are
// among the files. The later one wins, as in the kubelet.
func sharedVariables(p *fixer.Pass, c kube.Container) []Variable {
	var out []Variable
	for _, source := range c.Node.Get("envFrom").List() {
		name := source.Get("configMapRef").Get("name").Text()
		if name == "" {
			continue
		}
		prefix := source.Get("prefix").Text()
		for _, v := range sharedValues.Of(p)[[2]string{c.Workload.Namespace, name}] {
			v.Name = prefix + v.Name
			out = setVariable(out, v)
		}
	}
	return out
}

// sharedVariable is the variable that a key of a ConfigMap among the files gives.
func sharedVariable(p *fixer.Pass, c kube.Container, ref *yamldoc.Node) (Variable, bool) {
	if ref == nil {
		return Variable{}, false
	}
	list := sharedValues.Of(p)[[2]string{c.Workload.Namespace, ref.Get("name").Text()}]
	i := slices.IndexFunc(list, func(v Variable) bool { return v.Name == ref.Get("key").Text() })
	if i < 0 {
		return Variable{}, false
	}
	return list[i], true
}

func setVariable(list []Variable, v Variable) []Variable {
	for i := range list {
		if list[i].Name == v.Name {
			list[i] = v
			return list
		}
	}
	return append(list, v)
}
