package connect

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// talksInPod reads all that a workload says of its connections, of all its
// containers: those that run first and those that run beside it, too.
func (b *builder) talksInPod(m *member) {
	for i, c := range m.w.Containers() {
		vars := b.containerVariables(m, c)
		imageVariables(m.spec[i], &vars)
		b.sayVariables(m, vars)
		literal := map[string]string{}
		for _, v := range vars.list {
			if !v.secret {
				literal[v.name] = v.value
			}
		}
		expand := func(text string) string { text, _ = expandPod(text, literal); return text }
		for _, key := range []string{"command", "args"} {
			b.sayCommand(m, key, FromCommand, wordsOf(c.Node.Get(key), m.file.Path, expand))
		}
		for _, key := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
			b.sayCommand(m, key, FromProbe, wordsOf(c.Node.Get(key).Get("exec").Get("command"), m.file.Path, expand))
		}
		for _, key := range []string{"postStart", "preStop"} {
			b.sayCommand(m, key, FromCommand, wordsOf(c.Node.Get("lifecycle").Get(key).Get("exec").Get("command"), m.file.Path, expand))
		}
	}
	for _, v := range m.w.Pod.Get("volumes").List() {
		b.volumeFiles(m, v)
		for _, source := range v.Get("projected").Get("sources").List() {
			b.volumeFiles(m, source)
		}
	}
	b.usesAPI(m)
}

// volumeFiles reads the files that a ConfigMap or Secret gives to a pod.
func (b *builder) volumeFiles(m *member, v *yamldoc.Node) {
	read := func(kind, name string, items *yamldoc.Node) {
		for _, o := range b.kube.named(m, kind, name) {
			for _, part := range []string{"data", "stringData"} {
				for key, value := range o.Node.Get(part).All() {
					if items.Len() > 0 && !lists(items, key) {
						continue
					}
					text := value.Text()
					if kind == "Secret" && part == "data" {
						text = decoded(text)
					}
					at := textOf(value, text, o.file.Path)
					at.secret = kind == "Secret"
					b.sayConfig(m, key, at)
				}
			}
		}
	}
	if c := v.Get("configMap"); c != nil {
		read("ConfigMap", c.Get("name").Text(), c.Get("items"))
	}
	if s := v.Get("secret"); s != nil {
		name := s.Get("secretName").Text()
		if name == "" {
			name = s.Get("name").Text() // in a projected volume
		}
		read("Secret", name, s.Get("items"))
	}
}

func lists(items *yamldoc.Node, key string) bool {
	for _, item := range items.List() {
		if item.Get("key").Text() == key {
			return true
		}
	}
	return false
}

// usesAPI adds the connection of a workload to the API server where a role is bound
// to its service account, and the pod has its token.
func (b *builder) usesAPI(m *member) {
	account := "default"
	for _, key := range []string{"serviceAccount", "serviceAccountName"} {
		if name := m.w.Pod.Get(key).Text(); name != "" {
			account = name
		}
	}
	if m.w.Pod.Get("automountServiceAccountToken").IsFalse() {
		return
	}
	for _, o := range b.kube.named(m, "ServiceAccount", account) {
		if o.Node.Get("automountServiceAccountToken").IsFalse() && !m.w.Pod.Get("automountServiceAccountToken").IsTrue() {
			return
		}
	}
	for _, o := range b.kube.boundTo(m.w.Namespace, account) {
		text := strings.Join([]string{m.name, o.Kind + "/" + o.Name, "→", "API server"}, " ")
		b.connect(m.id, b.outsider(APIServer, Outside, "API server"), 443, "TCP", High, "", Evidence{text, o.at(o.subject), FromRBAC})
	}
}
