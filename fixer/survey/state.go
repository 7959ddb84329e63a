package survey

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
)

// The marks of a service, in the order in which they are shown: what an attacker who
// has entered it makes most of comes first.
const (
	privileged = "privileged"
	socket     = "container socket"
	hostNet    = "host network"
	root       = "root"
	maybeRoot  = "user unknown"
	token      = "token"
	writable   = "writable"
)

// stateOf works out how a service runs. Of several containers in a pod the worst
// counts: they share what an attacker needs.
func stateOf(p *fixer.Pass, n *connect.Node) State {
	at := n.Places[0]
	var out State
	mark := func(name string) {
		if !slices.ContainsFunc(out.Marks, func(m Mark) bool { return m.Name == name }) {
			out.Marks = append(out.Marks, Mark{Name: name, Place: at})
		}
	}
	var specs []*container.Spec
	if n.Kind == connect.Service {
		specs = append(specs, container.FromService(p, n.View))
	} else {
		for _, c := range n.Pods[0].Containers() {
			if c.Role == kube.App || c.Role == kube.Sidecar {
				specs = append(specs, container.FromContainer(p, c))
			}
		}
	}
	var users []string
	for _, s := range specs {
		user, _ := s.StartsAs()
		switch {
		case user.KnownUID && user.UID == 0:
			mark(root)
			users = append(users, "root")
		case user.KnownUID || user.Name != "" && user.Name != "root":
			users = append(users, "user "+strings.TrimPrefix(user.String(), "user "))
		default:
			mark(maybeRoot)
		}
		if s.Privileged.Yes() {
			mark(privileged)
		}
		for _, m := range s.Mounts {
			if strings.HasSuffix(m.Host, "docker.sock") || strings.HasSuffix(m.Host, "containerd.sock") || strings.HasSuffix(m.Host, "crio.sock") {
				mark(socket)
			}
			if !m.ReadOnly && (m.Kind == container.MountVolume || m.Kind == container.MountHost) {
				out.Writes = append(out.Writes, m.Target)
			}
		}
		if !s.ReadOnly.Yes() {
			mark(writable)
			out.Writes = append(out.Writes, "/")
		}
	}
	if n.HostNetwork {
		mark(hostNet)
	}
	if n.Kind == connect.Workload && !n.Pods[0].Pod.Get("automountServiceAccountToken").IsFalse() {
		mark(token)
	}
	order := []string{privileged, socket, hostNet, root, maybeRoot, token, writable}
	slices.SortStableFunc(out.Marks, func(a, b Mark) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
	slices.Sort(users)
	out.User = strings.Join(slices.Compact(users), ", ")
	slices.Sort(out.Writes)
	out.Writes = slices.Compact(out.Writes)
	return out
}
