package cross

import (
	"cmp"
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed service_account_token.md
var serviceAccountTokenDoc string

// ServiceAccountToken reports workloads that mount a service account token they
// do not appear to use. What an account may do is mostly said in another file
// than the one that uses it, so the rule asks an index of all files.
var ServiceAccountToken = &fixer.Rule{
	Name:     "cross/service-account-token",
	Title:    "unused service account token",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.6"},
		{Source: fixer.NSA, ID: "service account tokens"},
		{Source: fixer.Trivy, ID: "KSV-0036"},
		{Source: fixer.Checkov, ID: "CKV_K8S_38"},
		{Source: fixer.Kubescape, ID: "C-0034"},
		{Source: fixer.Kubescape, ID: "C-0190"},
		{Source: fixer.Kubescape, ID: "C-0261"},
		{Source: fixer.Polaris, ID: "automountServiceAccountToken"},
		{Source: fixer.KICSKubernetes, ID: "48471392-d4d0-47c0-b135-cdec95eb3eef", Title: "Service Account Token Automount Not Disabled"},
	},
	Doc: serviceAccountTokenDoc,
	Check: func(p *fixer.Pass) {
		accounts := allAccounts.Of(p)
		for _, o := range p.File.Objects {
			if w := o.Workload(); w != nil && !w.Partial && takesPodFields(w) {
				checkToken(p, p.File, w, accounts)
			}
		}
	},
}

// takesPodFields reports whether every field of a pod may be written into the
// workload's template. Of custom resources that is known for a few.
func takesPodFields(w *kube.Workload) bool {
	switch w.Group() {
	case "", "apps", "batch", "extensions", "argoproj.io", "serving.knative.dev":
		return true
	}
	return false
}

// accounts is what the repository says of its ServiceAccounts, by name. A
// namespace is often left to whoever applies the files, so that accounts of
// one name are one, unless both say where they are.
type accounts struct {
	bound    map[string][]boundSubject // the bindings that name it
	declared map[string][]*kube.Object
}

var allAccounts = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool {
		return o.Kind == "ServiceAccount" || o.Kind == "RoleBinding" || o.Kind == "ClusterRoleBinding"
	})
}, func(files []*fixer.File) accounts { return readAccounts(slices.Values(files)) })

func readAccounts(files iter.Seq[*fixer.File]) accounts {
	a := accounts{map[string][]boundSubject{}, map[string][]*kube.Object{}}
	for f := range files {
		for _, o := range f.Objects {
			switch o.Kind {
			case "ServiceAccount":
				a.declared[o.Name] = append(a.declared[o.Name], o)
			case "RoleBinding", "ClusterRoleBinding":
				a.readBinding(f, o)
			}
		}
	}
	return a
}

func (a *accounts) readBinding(f *fixer.File, o *kube.Object) {
	for i, s := range o.Node.Get("subjects").List() {
		name := s.Get("name").Text()
		if s.Get("kind").Text() != "ServiceAccount" {
			continue
		}
		if len(a.bound[name]) < maxSubjects {
			a.bound[name] = append(a.bound[name], boundSubject{o, f.Path, o.Path.Join("subjects", i), cmp.Or(s.Get("namespace").Text(), o.Namespace)})
		}
	}
}

// maxSubjects is how many subjects of one name are kept, to be looked at for
// each workload: more than repositories have.
const maxSubjects = 200

// A boundSubject is a subject of a binding that is an account.
type boundSubject struct {
	*kube.Object // the binding
	file         string
	path         yamldoc.Path // of the subject in the document
	namespace    string       // of the account; "" where no file says it
}

// boundFor returns the subjects that may give rights to a workload that runs as
// the account of a name.
func (a accounts) boundFor(w *kube.Workload, name string) []boundSubject {
	return slices.DeleteFunc(slices.Clone(a.bound[name]), func(s boundSubject) bool { return apart(s.namespace, w.Namespace) })
}

// declaredFor returns the files' objects that a workload means by the name of an
// account.
func (a accounts) declaredFor(w *kube.Workload, name string) []*kube.Object {
	return slices.DeleteFunc(slices.Clone(a.declared[name]), func(o *kube.Object) bool { return apart(o.Namespace, w.Namespace) })
}

// apart reports whether two namespaces are said to be different ones. Where one
// is left to whoever applies the files, they may be the same.
func apart(a, b string) bool { return a != "" && b != "" && a != b }

// tokenOff reports whether a pod, or else the declared account that it runs as,
// says that there is no token for it.
func tokenOff(w *kube.Workload, declared []*kube.Object) bool {
	if given, said := w.Pod.Get("automountServiceAccountToken").Bool(); said {
		return !given
	}
	return slices.ContainsFunc(declared, func(o *kube.Object) bool {
		given, said := o.Node.Get("automountServiceAccountToken").Bool()
		return said && !given
	})
}

// accountName returns the ServiceAccount that a pod runs as.
func accountName(w *kube.Workload) string {
	for _, key := range []string{"serviceAccountName", "serviceAccount"} {
		if name := w.Pod.Get(key).Text(); name != "" {
			return name
		}
	}
	return "default"
}

func checkToken(p *fixer.Pass, file *fixer.File, w *kube.Workload, a accounts) {
	name := accountName(w)
	declared := a.declaredFor(w, name)
	if !w.Pod.Get("automountServiceAccountToken").Null() || tokenOff(w, declared) || len(a.boundFor(w, name)) > 0 || usesAPI(w) || hintsAtAPI(p, w) ||
		len(container.Added(p, file.Path, w)) > 0 { // a container that the cluster adds signs in with the token of the pod
		return
	}
	at := w.NameNode()
	f := fixer.Finding{
		File: file.Path, Path: w.ID(), Start: at.Start, End: at.End,
		Message: fmt.Sprintf("%s mounts a service account token but does not appear to use it", w.ID()),
	}
	fix := fixer.Fix{
		ID:     "no-token",
		Title:  "Set automountServiceAccountToken to false",
		Level:  fixer.Review,
		Breaks: "Applications and injected sidecars that call the Kubernetes API no longer find their token",
		Verify: "kubectl get pod POD -o jsonpath='{.spec.volumes[*].name}'\nlists no kube-api-access volume\n\nkubectl logs POD\nshows no failed Kubernetes API request",
		Edit: func(d *fixer.Draft) error {
			d.At(file.Path).YAML(w.Doc, yamldoc.Set(w.PodPath.Join("automountServiceAccountToken"), false))
			return nil
		},
	}
	switch who, plain := plainServers(p, w); {
	case name == "default" && plain:
		f.Evidence = []fixer.Evidence{
			{Kind: fixer.FromManifest, Text: "It uses the default service account, to which no manifest here grants a role"},
			{Kind: fixer.FromTable, Text: who + " is not a Kubernetes API client and runs with the command of its image"},
		}
		fix.Level = fixer.Safe
	case name == "default":
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: "It uses the default service account, to which no manifest here grants a role"}}
	case len(declared) == 0:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("Its service account %q is not defined in this repository, so its role bindings are unknown", name)}}
		fix.Breaks = fmt.Sprintf("The service account %q was created for a purpose this repository does not show. An application that calls the Kubernetes API with it fails without the token", name)
	default:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("No manifest here grants its service account %q a role", name)}}
	}
	if mesh := meshes.Of(p); fix.Level == fixer.Safe && mesh.Text != "" {
		fix.Level = fixer.Review
		f.Evidence = append(f.Evidence, mesh)
	}
	f.Fixes = []fixer.Fix{fix}
	p.Report(f)
}

// meshes is the first object in the repository that is for a service mesh, as
// evidence; empty without one.
var meshes = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, func(o *kube.Object) bool { return kube.MeshOf(o.Group()) != "" })
}, func(files []*fixer.File) fixer.Evidence {
	for _, f := range files {
		for _, o := range f.Objects {
			if mesh := kube.MeshOf(o.Group()); mesh != "" {
				return fixer.Evidence{Kind: fixer.FromManifest, Place: f.PlaceOf(o.NameNode()),
					Text: o.ID() + " configures " + mesh + ", which may inject containers that need the token"}
			}
		}
	}
	return fixer.Evidence{}
})

// plain are the images, by their id in the table, of servers that have no code
// to talk to the Kubernetes API.
var plain = []string{"postgres", "mysql", "mariadb", "redis", "valkey", "mongo", "memcached", "httpd", "nginx"}

// plainServers reports whether all that runs in the pod is such a server, as
// its image starts it: a command of the manifest may be a script that does
// anything.
func plainServers(p *fixer.Pass, w *kube.Workload) (who string, yes bool) {
	list := w.Containers()
	for _, c := range list {
		profile := container.OfImage(p, c.Image)
		if profile.Entry == nil || profile.Entry.ByName || profile.BuiltHere() || !slices.Contains(plain, profile.Entry.ID) || c.Node.Get("command") != nil || c.Node.Get("lifecycle") != nil {
			return "", false
		}
		who = profile.Entry.ID
	}
	return who, len(list) > 0
}

// apiClient matches names of images whose programs talk to the Kubernetes API:
// tools and parts of a cluster by their words, others by their name.
var apiClient = text.Regexp(`(?i)(^|[-_./])(kubectl|kube|kubernetes|k8s|k3s|operator|controller|autoscaler|descheduler|ingress|gateway-api|csi|cni|provisioner|` +
	`prometheus|thanos-sidecar|alertmanager-operator|argocd|argo|argoexec|workflow-controller|flux|cert-manager|external-dns|external-secrets|sealed-secrets|` +
	`istio|pilot|proxyv2|linkerd|linkerd2|linkerd-io|cilium|hubble|calico|flannel|weave|traefik|contour|emissary|ambassador|kong|` +
	`fluentd|fluent-bit|fluent|filebeat|metricbeat|promtail|alloy|agent|datadog|newrelic|telegraf|opentelemetry-collector|otel|` +
	`vault|vault-k8s|consul|consul-k8s|dashboard|tiller|velero|keda|keel|reloader|tekton|knative|kiali|rancher|longhorn|rook|` +
	`jenkins|gitlab-runner|runner|spark|airflow|jupyterhub|hub|dask|flink|patroni|spilo|stolon|hazelcast|ignite|chaos|litmus|kyverno|gatekeeper|opa|` +
	`metrics-server|state-metrics|adapter|webhook|crossplane|karmada|minikube|kind)([-_./:@]|$)`)

// apiMention matches commands, arguments and values that only clients of the
// API have.
var apiMention = text.Regexp(`(?i)\bkubectl\b|--kube-?config|--in-?cluster|--leader-elect|--enable-leader-election|serviceaccount/token|kubernetes\.default|KUBERNETES_SERVICE_HOST|--kubernetes|--namespace=\$\(`)

// usesAPI reports whether a workload is known to talk to the Kubernetes API.
func usesAPI(w *kube.Workload) bool {
	for _, c := range w.Containers() {
		if apiClient().MatchString(c.Image) {
			return true
		}
		if mentionsAPI(c) != "" {
			return true
		}
	}
	return false
}

// mentionsAPI returns the first word of a container's command, arguments and
// variables that only clients of the API have, or nothing.
func mentionsAPI(c kube.Container) string {
	for _, key := range []string{"command", "args"} {
		for _, n := range c.Node.Get(key).List() {
			if m := apiMention().FindString(n.Text()); m != "" {
				return m
			}
		}
	}
	for _, e := range c.Node.Get("env").List() {
		if name := e.Get("name").Text(); strings.HasPrefix(name, "KUBERNETES_") {
			return name
		}
		if m := apiMention().FindString(e.Get("value").Text()); m != "" {
			return m
		}
	}
	return ""
}
