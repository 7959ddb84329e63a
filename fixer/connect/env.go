package connect

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// A variable is one that a container gets.
type variable struct {
	name, value string
	raw         string // as written, with what decides it
	certain     bool   // no variable decides the value
	secret      bool   // of a Secret: only what is an address is read in it
	source      Source
	place       Place
	in          string // for people, where it comes from besides the container: "ConfigMap/web"
}

// variables are those of one container, the strongest of each name first.
type variables struct{ list []variable }

func (vs *variables) add(v variable) {
	if !vs.has(v.name) {
		vs.list = append(vs.list, v)
	}
}

func (vs *variables) has(name string) bool {
	return slices.ContainsFunc(vs.list, func(v variable) bool { return v.name == name })
}

// ports returns the variables that hold a port, by the words of their names.
func (vs *variables) ports() map[string]int {
	out := map[string]int{}
	for _, v := range vs.list {
		if words := nameWords(v.name); len(words) > 0 && portWords[words[len(words)-1]] && isPort(v.value) {
			out[strings.Join(words, " ")] = atoi(v.value)
		}
	}
	return out
}

// portsOf returns the ports of variables whose names begin as that of a host does:
// BUS_SUBSCRIBE_PORT and BUS_PUBLISH_PORT of BUS_HOST. They are sorted.
func portsOf(name string, ports map[string]int) []int {
	words := nameWords(name)
	if len(words) < 2 || !hostWords[words[len(words)-1]] {
		return nil
	}
	prefix := strings.Join(words[:len(words)-1], " ") + " "
	var out []int
	for other, port := range ports {
		if strings.HasPrefix(other, prefix) && !slices.Contains(out, port) {
			out = append(out, port)
		}
	}
	slices.Sort(out)
	return out
}

// withPorts is an address with each of the ports that a Service of it has; the address
// alone where its port is known, or the Service has none of them.
func (b *builder) withPorts(m *member, a address, name string, ports map[string]int) []address {
	if a.form != bare || a.port != 0 || m.w == nil {
		return []address{a}
	}
	var out []address
	for _, p := range portsOf(name, ports) {
		with := a
		with.port = p
		if len(b.resolve(m, with).targets) > 0 {
			out = append(out, with)
		}
	}
	if len(out) == 0 {
		return []address{a}
	}
	return out
}

// sayVariables reads the values of variables.
func (b *builder) sayVariables(m *member, vars variables) {
	ports := vars.ports()
	for _, v := range vars.list {
		sure := High
		if !v.certain {
			sure = Medium
		}
		what := "env " + v.name
		if v.in != "" {
			what += " from " + v.in
		}
		list := addressesIn(v.value)
		for _, a := range list {
			if a.form == bare && a.port == 0 {
				for _, name := range portNames(v.name) {
					if p := ports[name]; p != 0 {
						a.port = p
						break
					}
				}
				if v.secret && len(list) > 1 {
					continue
				}
			}
			for _, a := range b.withPorts(m, a, v.name, ports) {
				b.say(m, saying{address: a, name: v.name, what: what, sure: sure, source: v.source, place: v.place, wary: v.secret})
			}
		}
		if len(list) == 0 && !v.certain {
			b.sayVariable(m, v, what)
		}
	}
}

// sayVariable notes an address that a variable decides and no file gives.
func (b *builder) sayVariable(m *member, v variable, what string) {
	kind := kindOf(v.name)
	if !kind.host || kind.own || kind.image || kind.secret {
		return
	}
	for _, found := range usedVariable().FindAllStringSubmatch(v.raw, -1) {
		name := found[1]
		if k := kindOf(name); k.host && !k.secret {
			b.open(m.id, "$"+name, 0, "no file here gives a value to "+name, Evidence{m.name + " " + what, v.place, v.source})
			return
		}
	}
}

// usedVariable matches a use of a variable in the spellings of Compose and Kubernetes.
var usedVariable = text.Regexp(`\$[{(]?([A-Za-z_][A-Za-z0-9_]*)`)

// imageVariables adds the variables that the Dockerfile of an image built here sets.
func imageVariables(profile *container.Profile, vars *variables) {
	if !profile.BuiltHere() {
		return
	}
	for _, v := range profile.Build.Stage.Env() {
		if v.Known && v.At != nil {
			vars.add(variable{name: v.Key, value: v.Text, raw: v.Text, certain: profile.Build.Certain, source: FromEnv, place: Place{profile.Build.Path, v.At.Line}, in: "Dockerfile"})
		}
	}
}

// environmentFiles adds the variables of the files that a service names under
// env_file, of which the last one that has a name counts. Of their values only
// addresses are known.
func environmentFiles(b *builder, v compose.View, vars *variables) {
	list := v.List("env_file")
	if s := v.Setting("env_file"); s.Node.Text() != "" {
		list = append(list, s)
	}
	for _, s := range slices.Backward(list) {
		name := s.Node.Text()
		if name == "" {
			name = s.Node.Get("path").Text()
		}
		f := b.pass.Snapshot.File(path.Join(path.Dir(s.File), name))
		if f == nil {
			continue
		}
		for i, line := range strings.Split(string(f.Data), "\n") {
			if name, value, ok := strings.Cut(line, "="); ok && value != "" {
				vars.add(variable{name: name, value: value, raw: value, certain: true, source: FromEnvFile, place: Place{f.Path, i + 1}})
			}
		}
	}
}

// interpolation matches a variable of Compose, with or without a default.
var interpolation = text.Regexp(`\$\{([A-Za-z_]\w*)(?::?[-?][^${}]*)?\}|\$([A-Za-z_]\w*)`)

// dotEnv returns what fills in the variables whose values the .env file of a directory
// tells: those that are addresses of servers.
func (b *builder) dotEnv(dir string) func(text string) string {
	f := b.pass.Snapshot.File(path.Join(dir, ".env"))
	if f == nil || len(f.Data) == 0 {
		return func(text string) string { return text }
	}
	values := map[string]string{}
	for line := range strings.SplitSeq(string(f.Data), "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && value != "" {
			values[name] = value
		}
	}
	return func(text string) string {
		if len(values) == 0 || !strings.Contains(text, "$") || strings.Contains(text, "$$") {
			return text
		}
		return interpolation().ReplaceAllStringFunc(text, func(whole string) string {
			found := interpolation().FindStringSubmatch(whole)
			if value, ok := values[found[1]+found[2]]; ok {
				return value
			}
			return whole
		})
	}
}

// containerVariables are the variables of a container of a pod: its own, those that
// refer to a ConfigMap or Secret, and those that it takes from one as a whole.
func (b *builder) containerVariables(m *member, c kube.Container) variables {
	var vars variables
	literal := map[string]string{}
	for _, n := range c.Node.Get("env").List() {
		if value := n.Get("value"); value != nil {
			literal[n.Get("name").Text()] = value.Text()
		}
	}
	for _, n := range c.Node.Get("env").List() {
		name, place := n.Get("name").Text(), Place{m.file.Path, n.Line}
		if value := n.Get("value"); value != nil {
			text, certain := expandPod(value.Text(), literal)
			vars.add(variable{name: name, value: text, raw: value.Text(), certain: certain, source: FromEnv, place: place})
			continue
		}
		from := n.Get("valueFrom")
		if ref := from.Get("configMapKeyRef"); ref != nil {
			b.kube.entry(m, "ConfigMap", ref.Get("name").Text(), ref.Get("key").Text(), func(v variable) { v.name = name; vars.add(v) })
		}
		if ref := from.Get("secretKeyRef"); ref != nil {
			b.kube.entry(m, "Secret", ref.Get("name").Text(), ref.Get("key").Text(), func(v variable) { v.name = name; vars.add(v) })
		}
	}
	for _, n := range c.Node.Get("envFrom").List() {
		prefix := n.Get("prefix").Text()
		take := func(v variable) { v.name = prefix + v.name; vars.add(v) }
		if ref := n.Get("configMapRef"); ref != nil {
			b.kube.entry(m, "ConfigMap", ref.Get("name").Text(), "", take)
		}
		if ref := n.Get("secretRef"); ref != nil {
			b.kube.entry(m, "Secret", ref.Get("name").Text(), "", take)
		}
	}
	return vars
}

// servicePortVariable matches the port of a Service as the cluster gives it: that
// which its host leads to anyway.
var servicePortVariable = text.Regexp(`:\$\([A-Z0-9_]+_SERVICE_PORT(?:_[A-Z0-9_]+)?\)`)

var podVariable = text.Regexp(`\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)`)

// expandPod fills in the variables of a container that a value refers to. That of
// the host of a Service, which the cluster sets, is the name of the Service.
func expandPod(value string, vars map[string]string) (text string, certain bool) {
	certain = true
	value = servicePortVariable().ReplaceAllString(value, "")
	text = podVariable().ReplaceAllStringFunc(value, func(use string) string {
		name := use[2 : len(use)-1]
		if v, ok := vars[name]; ok && !strings.Contains(v, "$(") {
			return v
		}
		if service, ok := strings.CutSuffix(name, "_SERVICE_HOST"); ok {
			return strings.ToLower(strings.ReplaceAll(service, "_", "-"))
		}
		certain = false
		return ""
	})
	return text, certain
}

func atoi(s string) int {
	n := 0
	for _, c := range []byte(s) {
		n = n*10 + int(c-'0')
	}
	return n
}
