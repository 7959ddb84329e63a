package compose

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A limitKey is one limit in the two places where Compose takes it: a key of the service,
// and one of deploy.resources.limits.
type limitKey struct{ service, deploy string }

var (
	memoryLimit = limitKey{"mem_limit", "memory"}
	pidsLimit   = limitKey{"pids_limit", "pids"}
	cpuLimit    = limitKey{"cpus", "cpus"}
)

// key is the key of a service that holds the limit.
func (k limitKey) key(deploy bool) string {
	if deploy {
		return "deploy"
	}
	return k.service
}

// deployed returns the limits that a service has under deploy; nil for none.
func deployed(v compose.View) *yamldoc.Node {
	limits := v.Field("deploy", "resources").Node.Get("limits")
	if limits.Null() {
		return nil
	}
	return limits
}

// limited reports whether a service says something about a limit in either place.
func (k limitKey) limited(v compose.View) bool {
	return !v.Setting(k.service).Node.Null() || !deployed(v).Get(k.deploy).Null()
}

// inDeploy reports whether a limit of a service belongs under deploy: it has others there
// or, where it has none at all, the file's other services do, or it is a stack. Compose
// refuses a file in which the two places differ, so that a service has all of them in one.
func inDeploy(p *fixer.Pass, v compose.View) bool {
	if deployed(v) != nil {
		return true
	}
	return !hasServiceLimit(v) && (mostlyDeployed.Of(p) || ofStack.Of(p))
}

// mostlyDeployed says whether more services of a file have limits under deploy than as
// keys of their own.
var mostlyDeployed = fixer.Share(func(p *fixer.Pass) bool {
	service, deploy := 0, 0
	for _, o := range p.Topology().Compose().Views(p.File.Path) {
		if deployed(o) != nil {
			deploy++
		}
		if hasServiceLimit(o) {
			service++
		}
	}
	return deploy > service
})

// An unlimited service has no limit of a kind. One that it gets goes under deploy, or is
// a key of its own.
type unlimited struct {
	compose.View
	deploy bool
}

// unlimitedServices returns the services of a file without a limit. A file that only
// overrides others says nothing about what it leaves out.
func unlimitedServices(p *fixer.Pass, k limitKey) []unlimited {
	if compose.IsOverride(p.File.Path) {
		return nil
	}
	var out []unlimited
	for _, v := range services(p) {
		if !k.limited(v) {
			out = append(out, unlimited{v, inDeploy(p, v)})
		}
	}
	return out
}

// someNames names services for people.
func someNames(list []unlimited) string {
	const most = 5
	var names []string
	for _, v := range list[:min(most, len(list))] {
		names = append(names, v.Name)
	}
	if more := len(list) - most; more > 0 {
		names = append(names, text.Count(more, "more service", "more services"))
	}
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return names[0]
}

// unlimitable says why a limit of a service cannot be written, as advice; "" where it can.
func (k limitKey) unlimitable(v compose.View, deploy bool) string {
	key := k.key(deploy)
	if deploy {
		own := v.Node.Own("deploy")
		if own.Null() && !v.Node.Get("deploy").Null() || own != nil && (own.Kind == yamldoc.Alias || own.Anchor() != "") {
			return fmt.Sprintf("Set resources.limits.%s in the deploy mapping that this service shares with others", k.deploy)
		}
	}
	if why := unwritable(v, key); why != "" {
		return why
	}
	for _, r := range v.Reached(key) {
		switch there := deployed(r.View) != nil; {
		case there != deploy && (there || hasServiceLimit(r.View)):
			return fmt.Sprintf("Set the limit for this service and for service %s of %s separately: the two write limits in different places, which Compose refuses together", r.Name, r.File)
		}
	}
	return ""
}

func hasServiceLimit(v compose.View) bool {
	for _, k := range []limitKey{memoryLimit, pidsLimit, cpuLimit} {
		if !v.Setting(k.service).Node.Null() {
			return true
		}
	}
	return false
}

// set writes the limit in its place. A service whose other limits are keys of its own gets
// it beside them.
func (k limitKey) set(d *fixer.Draft, v compose.View, deploy bool, value any) error {
	if !deploy {
		return set(d, v, k.service, value)
	}
	return write(d, v, "deploy", func(part compose.Part) []yamldoc.Op {
		return []yamldoc.Op{yamldoc.Set(part.Path.Join("deploy", "resources", "limits", k.deploy), value)}
	})
}
