package isolation

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Set is the workloads that are applied into one namespace together.
type Set struct {
	// Namespace is its name, "" where no file says it.
	Namespace string

	Homes     []*Home     // sorted by directory
	Workloads []*Workload // sorted by file and line

	// Existing are the policies of the namespace that are there already.
	Existing []*netpol.Policy

	// Unused are policies that only a Component of Kustomize lists which nothing uses.
	Unused []Unused

	all      []*Set // of the repository
	problems []string
}

// Unused is a policy that is written and not applied.
type Unused struct {
	Name, File string
	Line       int
}

// A Home is a directory of manifests that are applied together, which gets a file of
// policies.
type Home struct {
	Dir           string
	Kustomization string // the file that lists the manifests, "" for none
	Namespace     string // as its manifests write it

	roots    []string // the kustomizations that build it and that no other one uses
	relabels string   // the kustomization that adds labels to every selector, "" for none
}

// A Workload is one of a set.
type Workload struct {
	ID       string // "Deployment/web", without the namespace
	Name     string
	Place    connect.Place
	Pod      *netpol.Pod
	Selector map[string]string // its pods and no others of the namespace; nil where there is none

	node    connect.ID
	home    *Home
	object  *kube.Object
	images  string           // their names without registry, tag and digest
	forms   []*kube.Workload // as kustomizations build it
	mesh    string           // the service mesh that adds a sidecar to its pods, "" for none
	ambient bool             // a mesh without sidecars carries its connections
	peers   int              // how many pods a StatefulSet has, which may connect to each other
	service string           // why traffic reaches its pods in another way than policies can tell; ""
}

// String is what the set is called.
func (s *Set) String() string {
	if s.Namespace != "" {
		return "namespace " + s.Namespace
	}
	return "the namespace of " + s.Homes[0].Name()
}

// Name is the directory, for people.
func (h *Home) Name() string {
	if h.Dir == "." {
		return "the manifests at the root"
	}
	return h.Dir
}

// Directories are those of the homes, for people.
func (s *Set) Directories() []string {
	var out []string
	for _, h := range s.Homes {
		if name := h.Name(); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// leastShared is how many workloads two sets without a namespace have in common where they
// are copies: one Deployment of nginx called web is in many repositories twice.
const leastShared = 3

// CopyOf reports whether two sets are one application that is written twice, as in a base and a
// release: more than half of the workloads of each have the kind, the name and the name of
// the image of one in the other. Registries, tags and digests differ between copies.
func (s *Set) CopyOf(o *Set) bool {
	n := 0
	for _, w := range s.Workloads {
		if slices.ContainsFunc(o.Workloads, func(x *Workload) bool { return x.ID == w.ID && x.images == w.images }) {
			n++
		}
	}
	return n >= leastShared && 2*n > len(s.Workloads) && 2*n > len(o.Workloads)
}

// Of returns the sets of the snapshot that a pass looks at, and the graph that they were
// worked out from. It is for rules without a kind, and is worked out once for each check.
func Of(p *fixer.Pass) ([]*Set, *connect.Graph) { return setsOf.Of(p), connect.OfCluster(p) }

var setsOf = fixer.Share(func(p *fixer.Pass) []*Set { return Sets(p.Snapshot, connect.OfCluster(p)) })

// Sets returns the sets of a repository, sorted by their first directory.
func Sets(snap *fixer.Snapshot, g *connect.Graph) []*Set {
	c := collector{snap: snap, homes: map[[3]string]*Home{}, objects: map[*kube.Workload]int{}}
	for _, n := range g.Nodes {
		if n.Kind != connect.Workload {
			continue
		}
		for i, w := range n.Pods {
			c.add(n, w, n.Places[i])
		}
	}
	sets := c.sets(g)
	written := policiesOf(snap)
	for _, s := range sets {
		s.all = sets
		s.readPolicies(snap, written)
		s.selectors()
	}
	markAmbient(snap, sets)
	for _, s := range sets {
		for _, w := range s.Workloads {
			w.object, w.forms = nil, nil // a plan outlives the snapshot
		}
	}
	return sets
}

// A collector puts workloads together.
type collector struct {
	snap      *fixer.Snapshot
	homes     map[[3]string]*Home
	objects   map[*kube.Workload]int // the number in its file
	workloads []*Workload
	namespace map[*Home]string
}

func (c *collector) add(n connect.Node, w *kube.Workload, at connect.Place) {
	file := c.snap.File(at.File)
	if file == nil || file.Context {
		return
	}
	number := slices.IndexFunc(file.Objects, func(o *kube.Object) bool { return o.Workload() == w })
	if number < 0 {
		return
	}
	forms := c.snap.Forms(file, number)
	if len(forms) == 0 {
		return // no kustomization builds it
	}
	namespace := effective(forms, w.Namespace)
	pod := netpol.PodOf(w, namespace)
	pod.ID, pod.Workload = w.Kind+"/"+w.Name, nil
	replicas, _ := w.Node.Get("spec").Get("replicas").Int()
	if w.Kind != "StatefulSet" {
		replicas = 0
	}
	c.workloads = append(c.workloads, &Workload{ID: pod.ID, peers: int(replicas), Name: w.Name, Place: at, Pod: pod, node: n.ID, images: strings.Join(w.ImageNames(), " "),
		home: c.home(file, w.Namespace, namespace), object: w.Object, forms: forms, service: otherwise(w), mesh: meshOf(w)})
}

// meshOf names the service mesh that a pod asks to be part of.
func meshOf(w *kube.Workload) string {
	asked, _ := kube.Injections(w.Meta)
	for _, i := range asked {
		if i.Network {
			return i.By
		}
	}
	return ""
}

// effective is the namespace in which all forms of an object end up, else the one that
// is written.
func effective(forms []*kube.Workload, written string) string {
	found := map[string]bool{}
	for _, w := range forms {
		found[w.Node.Get("metadata").Get("namespace").Text()] = true
	}
	if len(found) == 1 {
		return slices.Collect(maps.Keys(found))[0]
	}
	return written
}

// otherwise says why connections to the pods of a workload do not go where its manifest
// says.
func otherwise(w *kube.Workload) string {
	switch w.Group() {
	case "", "apps", "batch", "extensions":
		return ""
	case "serving.knative.dev":
		return fmt.Sprintf("%s is a Knative Service, which receives requests through the activator of Knative", w.ID())
	}
	return fmt.Sprintf("the pods of %s are created by an operator, which may add labels and containers", w.ID())
}

// home is where the policies for a file's workloads belong: the directory of the
// kustomization that lists it, else its own.
func (c *collector) home(file *fixer.File, written, namespace string) *Home {
	dir, list := path.Dir(file.Path), ""
	for _, k := range c.snap.ListedBy(file.Path) {
		if list == "" || strings.HasPrefix(dir+"/", path.Dir(k)+"/") && len(path.Dir(k)) > len(path.Dir(list)) {
			list = k
		}
	}
	if list != "" {
		dir = path.Dir(list)
	}
	var roots []string
	for _, r := range c.snap.Renderings(file) {
		roots = append(roots, r.Roots...)
	}
	key := [3]string{dir, list, namespace + "\x00" + written}
	if c.homes[key] == nil {
		c.homes[key] = &Home{Dir: dir, Kustomization: list, Namespace: written, roots: roots, relabels: c.relabels(file)}
	}
	if c.namespace == nil {
		c.namespace = map[*Home]string{}
	}
	c.namespace[c.homes[key]] = namespace
	return c.homes[key]
}

// relabels names a kustomization on the way of a file that adds labels to pods and to all
// selectors, those in policies among them.
func (c *collector) relabels(file *fixer.File) string {
	for _, r := range c.snap.Renderings(file) {
		for _, at := range r.Files() {
			if k := c.snap.File(at); k != nil && labelsSelectors.Of(k) {
				return at
			}
		}
	}
	return ""
}

// labelsSelectors reports whether a kustomization adds labels to selectors.
var labelsSelectors = fixer.Derive(func(k *fixer.File) bool {
	parsed, err := yamldoc.Parse(k.Data)
	if err != nil || len(parsed.Docs) == 0 {
		return false
	}
	root := parsed.Docs[0].Root
	return root.Get("commonLabels").Len() > 0 || slices.ContainsFunc(root.Get("labels").List(), func(n *yamldoc.Node) bool { return n.Get("includeSelectors").IsTrue() })
})

// sets joins the homes of one namespace, unless one object is in both: then they are
// copies. Where no file says the namespace, only those are joined that lie in each
// other, are connected, or that one kustomization builds.
func (c *collector) sets(g *connect.Graph) []*Set {
	homes := slices.Collect(maps.Values(c.homes))
	slices.SortFunc(homes, func(a, b *Home) int {
		return cmp.Or(strings.Compare(a.Dir, b.Dir), strings.Compare(a.Kustomization, b.Kustomization), strings.Compare(c.namespace[a], c.namespace[b]), strings.Compare(a.Namespace, b.Namespace))
	})
	j := joiner{of: map[*Home]*Set{}}
	for _, h := range homes {
		j.of[h] = &Set{Namespace: c.namespace[h], Homes: []*Home{h}}
	}
	slices.SortStableFunc(c.workloads, func(a, b *Workload) int {
		return cmp.Or(strings.Compare(a.Place.File, b.Place.File), a.Place.Line-b.Place.Line)
	})
	for _, w := range c.workloads {
		j.of[w.home].Workloads = append(j.of[w.home].Workloads, w)
	}
	for i, a := range homes {
		for _, b := range homes[:i] {
			together := c.namespace[a] != "" || strings.HasPrefix(a.Dir+"/", b.Dir+"/") || slices.ContainsFunc(a.roots, func(r string) bool { return slices.Contains(b.roots, r) })
			if c.namespace[a] == c.namespace[b] && together {
				j.join(b, a)
			}
		}
	}
	byNode := map[connect.ID][]*Workload{}
	for _, w := range c.workloads {
		byNode[w.node] = append(byNode[w.node], w)
	}
	for _, e := range g.Edges {
		for _, from := range byNode[e.From] {
			if from.Pod.Namespace != "" {
				continue
			}
			if to := from.nearest(byNode[e.To]); to != nil && to.Pod.Namespace == "" {
				j.join(from.home, to.home)
			}
		}
	}
	var out []*Set
	for _, h := range homes {
		if s := j.of[h]; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, s := range out {
		slices.SortStableFunc(s.Workloads, func(a, b *Workload) int {
			return cmp.Or(strings.Compare(a.Place.File, b.Place.File), a.Place.Line-b.Place.Line)
		})
		s.dropCopies()
	}
	return out
}

// nearest is the one of several workloads that lies nearest, one of the same home first.
func (w *Workload) nearest(list []*Workload) *Workload {
	var best *Workload
	length := -1
	for _, o := range list {
		n := shared(w.Place.File, o.Place.File)
		if o.home == w.home {
			n = 1 << 20
		}
		if n > length {
			best, length = o, n
		}
	}
	return best
}

// shared is how many directories two paths have in common.
func shared(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x)-1 && n < len(y)-1 && x[n] == y[n] {
		n++
	}
	return n
}

// A joiner joins homes into sets.
type joiner struct{ of map[*Home]*Set }

func (j *joiner) join(a, b *Home) {
	s, o := j.of[a], j.of[b]
	if s == o {
		return
	}
	for _, w := range s.Workloads {
		if slices.ContainsFunc(o.Workloads, func(x *Workload) bool { return x.ID == w.ID }) {
			return // copies of each other
		}
	}
	s.Homes = append(s.Homes, o.Homes...)
	s.Workloads = append(s.Workloads, o.Workloads...)
	for _, h := range o.Homes {
		j.of[h] = s
	}
	slices.SortStableFunc(s.Homes, func(a, b *Home) int { return strings.Compare(a.Dir, b.Dir) })
}

// dropCopies keeps one of the workloads that have one name, where they are alike.
func (s *Set) dropCopies() {
	var kept []*Workload
	for _, w := range s.Workloads {
		i := slices.IndexFunc(kept, func(o *Workload) bool { return o.ID == w.ID })
		switch {
		case i < 0:
			kept = append(kept, w)
		case kept[i].node != w.node || !maps.Equal(kept[i].Pod.Labels, w.Pod.Labels):
			s.problems = append(s.problems, fmt.Sprintf("%s is written twice, and differently: %s and %s", w.ID, kept[i].Place, w.Place))
		}
	}
	s.Workloads = kept
}

// A written policy is one of the repository with the namespace that it is applied in.
type written struct {
	*kube.Object
	file      *fixer.File
	namespace string
}

// policiesOf returns the policies of all files, sorted by file.
func policiesOf(snap *fixer.Snapshot) []written {
	var out []written
	for f := range snap.Files() {
		if f.Skip != nil {
			continue
		}
		for i, o := range f.Objects {
			if netpol.Is(o) {
				out = append(out, written{o, f, appliedIn(snap, f, i)})
			}
		}
	}
	return out
}

// appliedIn is the namespace in which all forms of an object end up, else the one that is
// written.
func appliedIn(snap *fixer.Snapshot, f *fixer.File, number int) string {
	found := map[string]bool{}
	for _, r := range snap.Renderings(f) {
		if o := r.Objects[number]; o != nil {
			found[o.Node.Get("metadata").Get("namespace").Text()] = true
		}
	}
	if len(found) == 1 {
		return slices.Collect(maps.Keys(found))[0]
	}
	return f.Objects[number].Namespace
}

// readPolicies finds the policies of the namespace.
func (s *Set) readPolicies(snap *fixer.Snapshot, all []written) {
	for _, o := range all {
		if !s.holds(snap, o) {
			continue
		}
		p, err := netpol.Read(o.Object, s.Namespace)
		if err != nil {
			s.problems = append(s.problems, err.Error())
			continue
		}
		p.Object = nil
		if !snap.Applied(o.file.Path) {
			s.Unused = append(s.Unused, Unused{p.Name, o.file.Path, o.Node.Line})
			continue
		}
		s.Existing = append(s.Existing, p)
	}
}

// holds reports whether a policy is applied in the namespace of the set.
func (s *Set) holds(snap *fixer.Snapshot, o written) bool {
	if o.namespace != s.Namespace {
		return false
	}
	f := o.file
	return s.Namespace != "" || slices.ContainsFunc(s.Homes, func(h *Home) bool {
		return strings.HasPrefix(path.Dir(f.Path)+"/", h.Dir+"/") || slices.Contains(snap.ListedBy(f.Path), h.Kustomization)
	})
}
