package kubernetes

import (
	"slices"

	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// securityContext returns the place of a setting in the container's
// securityContext.
func securityContext(c kube.Container, keys ...any) yamldoc.Path {
	return c.Path.Join("securityContext").Join(keys...)
}

// escalates reports whether the container is privileged or adds SYS_ADMIN: the
// API server refuses allowPrivilegeEscalation: false beside either.
func escalates(c kube.Container) (why string, yes bool) {
	if c.Node.Get("securityContext").Get("privileged").IsTrue() {
		return "it is privileged", true
	}
	if slices.Contains(c.Capabilities("add"), "SYS_ADMIN") {
		return "it adds the capability SYS_ADMIN", true
	}
	return "", false
}

// dropsAll reports whether ALL is among the dropped capabilities, spelled as
// the Pod Security Standards demand it.
func dropsAll(c kube.Container) bool {
	return slices.Contains(c.Node.Get("securityContext").Get("capabilities").Get("drop").Texts(), "ALL")
}

// misspelledAll finds an entry that the runtime reads as ALL and the Pod
// Security Standards do not.
func misspelledAll(c kube.Container) int { return slices.Index(c.Capabilities("drop"), "ALL") }

// dropOps drops ALL and adds what is needed back.
func dropOps(c kube.Container, need []string) []yamldoc.Op {
	var ops []yamldoc.Op
	if i := misspelledAll(c); i >= 0 {
		ops = append(ops, yamldoc.Set(securityContext(c, "capabilities", "drop", i), "ALL"))
	} else {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "drop"), "ALL"))
	}
	for _, name := range need {
		ops = append(ops, yamldoc.Append(securityContext(c, "capabilities", "add"), name))
	}
	return ops
}
