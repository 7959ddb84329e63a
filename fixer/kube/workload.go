package kube

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Workload is an object that holds a pod template.
type Workload struct {
	*Object
	Meta    *yamldoc.Node // the pod's metadata, may be nil
	Pod     *yamldoc.Node // the pod spec, a mapping
	PodPath yamldoc.Path  // its place in the document

	// Partial says that the object is a patch, not a whole workload: what it
	// lacks is written elsewhere.
	Partial bool

	containers []Container

	judged  sync.Once
	verdict any
}

// Judged returns what judge says of the workload. It is asked once: there is one
// judge of workloads, the Pod Security Standards, and several who ask it.
func (w *Workload) Judged(judge func() any) any {
	w.judged.Do(func() { w.verdict = judge() })
	return w.verdict
}

// templatePaths are the places of the pod spec in the kinds that Kubernetes
// itself defines; other kinds are searched by shape.
var templatePaths = map[string][]string{
	"Pod":                   {"spec"},
	"PodTemplate":           {"template", "spec"},
	"Deployment":            {"spec", "template", "spec"},
	"StatefulSet":           {"spec", "template", "spec"},
	"DaemonSet":             {"spec", "template", "spec"},
	"ReplicaSet":            {"spec", "template", "spec"},
	"ReplicationController": {"spec", "template", "spec"},
	"Job":                   {"spec", "template", "spec"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template", "spec"},
}

// coreGroups are the API groups whose kinds templatePaths lists.
var coreGroups = map[string]bool{"": true, "apps": true, "batch": true, "extensions": true}

// Workload returns the pod template the object holds, or nil. Kinds that are
// not Kubernetes' own are recognised by shape: a `spec` with a list of
// containers, below the object's own spec.
func (o *Object) Workload() *Workload { return o.workload }

func (o *Object) findWorkload() *Workload {
	path, ok := o.podPath()
	if !ok {
		return nil
	}
	pod := o.Node.At(path)
	if pod.Get("containers") == nil && !coreGroups[o.Group()] {
		return nil
	}
	if pod.Resolve() == nil || pod.Resolve().Kind != yamldoc.Mapping {
		return nil
	}
	w := &Workload{Object: o, Pod: pod, PodPath: slices.Concat(o.Path, path)}
	w.Meta = o.Node.At(path[:len(path)-1]).Get("metadata")
	w.containers = w.findContainers()
	w.Partial = w.isPartial()
	return w
}

func (o *Object) podPath() (yamldoc.Path, bool) {
	if keys, ok := templatePaths[o.Kind]; ok && coreGroups[o.Group()] {
		var p yamldoc.Path
		for _, k := range keys {
			p = p.Join(k)
		}
		return p, o.Node.At(p) != nil
	}
	spec := o.Node.Get("spec")
	return findTemplate(spec, yamldoc.P("spec"), 0, map[*yamldoc.Node]bool{})
}

// maxShapeDepth bounds the search for a pod template in a custom resource:
// deep enough for `spec.services[].template.spec`, short of whole schemas.
const maxShapeDepth = 5

// findTemplate looks for the first mapping that is shaped like a pod spec.
// Only mappings are followed: custom resources with lists of templates are
// not workloads of one pod.
//
// A mapping that was looked into is not looked into again through an alias,
// however many there are of it.
func findTemplate(n *yamldoc.Node, at yamldoc.Path, depth int, seen map[*yamldoc.Node]bool) (yamldoc.Path, bool) {
	n = n.Resolve()
	if n == nil || n.Kind != yamldoc.Mapping || depth > maxShapeDepth || seen[n] {
		return nil, false
	}
	seen[n] = true
	if isPodShaped(n) {
		return at, true
	}
	for _, e := range n.Entries() {
		if p, ok := findTemplate(e.Value, at.Join(e.Key.Text()), depth+1, seen); ok {
			return p, true
		}
	}
	return nil, false
}

// isPodShaped reports whether a mapping has a list of containers of which each
// has an image or a name. Custom resources whose `containers` hold overrides
// without an image are not pods.
func isPodShaped(n *yamldoc.Node) bool {
	list := n.Get("containers").Resolve()
	if list == nil || list.Kind != yamldoc.Sequence || len(list.Items()) == 0 {
		return false
	}
	for _, c := range list.Items() {
		if c.Get("image").Text() == "" {
			return false
		}
	}
	return true
}

// isPartial reports whether a workload looks like a part of one: a container has no image, or it
// has neither a selector, without which the API server takes none, nor labels for its pods. The
// patches that a kustomization names are not read as workloads at all.
func (w *Workload) isPartial() bool {
	for _, c := range w.Containers() {
		if c.Image == "" {
			return true
		}
	}
	switch w.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
		spec := w.Node.Get("spec")
		return w.APIVersion == "apps/v1" && spec.Get("selector") == nil && spec.Get("template").Get("metadata").Get("labels").Len() == 0
	}
	return len(w.Containers()) == 0
}

// knative is the API group whose pods are Knative's.
const knative = "serving.knative.dev"

// AllowsPodSecurityContext reports whether the pod may have a securityContext of its
// own. Knative refuses one unless the cluster turns a feature on, which it has
// where there is one already: else all settings go to the containers.
func (w *Workload) AllowsPodSecurityContext() bool {
	return w.Group() != knative || !w.Pod.Get("securityContext").Null()
}

// Role says what a container is for.
type Role string

// The roles of containers. A sidecar is an init container that restarts
// always, and so runs beside the others.
const (
	App       Role = "container"
	Init      Role = "init container"
	Sidecar   Role = "sidecar"
	Ephemeral Role = "ephemeral container"
)

// A Container is one container of a pod.
type Container struct {
	Name  string
	Image string
	Role  Role
	Node  *yamldoc.Node
	Path  yamldoc.Path // its place in the document
	Place string       // its place for people and keys: "containers[web]"

	Workload *Workload
}

// Containers returns all containers of the pod: ordinary, init, sidecar and
// ephemeral ones, in the order of the file within each list.
func (w *Workload) Containers() []Container { return slices.Clip(w.containers) }

// ImageNames returns what the pod runs, whatever the release: the last part of the names
// of its images, without registry and tag, sorted.
func (w *Workload) ImageNames() []string {
	var out []string
	for _, c := range w.containers {
		name, _, _ := strings.Cut(c.Image, "@")
		name, _, _ = image.CutTag(name)
		out = append(out, path.Base(name))
	}
	slices.Sort(out)
	return out
}

func (w *Workload) findContainers() []Container {
	var out []Container
	for _, list := range []struct {
		key  string
		role Role
	}{{"initContainers", Init}, {"containers", App}, {"ephemeralContainers", Ephemeral}} {
		node := w.Pod.Get(list.key).Resolve()
		if node == nil || node.Kind != yamldoc.Sequence {
			continue
		}
		seen := map[string]int{}
		for i, n := range node.Items() {
			c := Container{
				Name: n.Get("name").Text(), Image: n.Get("image").Text(), Role: list.role,
				Node: n, Path: w.PodPath.Join(list.key, i), Workload: w,
			}
			if c.Role == Init && n.Get("restartPolicy").Text() == "Always" {
				c.Role = Sidecar
			}
			c.Place = fmt.Sprintf("%s[%s]", list.key, c.Name)
			if seen[c.Name]++; c.Name == "" || seen[c.Name] > 1 {
				c.Place = fmt.Sprintf("%s[%d]", list.key, i)
			}
			out = append(out, c)
		}
	}
	return out
}

// String names the container for people: `sidecar "proxy"`. One without a name,
// as the only one of a Knative Service may be, is named by its image.
func (c Container) String() string {
	if c.Name == "" && c.Image != "" {
		return fmt.Sprintf("%s of %s", c.Role, c.Image)
	}
	return fmt.Sprintf("%s %q", c.Role, c.Name)
}

// Subject is String at the beginning of a sentence: `Sidecar "proxy"`.
func (c Container) Subject() string {
	s := c.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// FindingPath is the structural place of the container for a finding's key.
func (c Container) FindingPath() string { return c.Workload.ID() + " " + c.Place }

// Security returns a setting of the container's securityContext, or where the
// container does not have it, the pod's: the value that holds at run time.
// inherited says that it is the pod's.
func (c Container) Security(key string) (value *yamldoc.Node, inherited bool) {
	if v := c.Node.Get("securityContext").Get(key); !v.Null() {
		return v, false
	}
	v := c.Workload.Pod.Get("securityContext").Get(key)
	return v, !v.Null()
}
