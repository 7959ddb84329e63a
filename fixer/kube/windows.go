package kube

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// windowsBuild is the label of nodes that only those of Windows have.
const windowsBuild = "node.kubernetes.io/windows-build"

// Windows says what shows that the pods of a workload run on Windows nodes, ""
// when nothing does. Most of a Linux container's settings are not for these: the
// kubelet ignores or refuses them. A RuntimeClass of the repository that selects
// such nodes is for whoever sees all files.
func (w *Workload) Windows() string {
	affinity := w.Pod.Get("affinity").Get("nodeAffinity").Get("requiredDuringSchedulingIgnoredDuringExecution")
	switch {
	case w.Pod.Get("os").Get("name").Text() == "windows":
		return "os.name"
	case selectsWindows(w.Pod.Get("nodeSelector")):
		return "nodeSelector"
	case requiresWindows(affinity.Get("nodeSelectorTerms").List()):
		return "affinity"
	case !w.Pod.Get("securityContext").Get("windowsOptions").Null():
		return "windowsOptions"
	}
	for _, c := range w.containers {
		if !c.Node.Get("securityContext").Get("windowsOptions").Null() {
			return "windowsOptions"
		}
	}
	for _, c := range w.containers {
		if ref, err := image.ParseReference(c.Image); err == nil && ref.Windows() {
			return "image"
		}
	}
	if name := strings.ToLower(w.RuntimeClass()); strings.Contains(name, "windows") || strings.Contains(name, "wcow") {
		return "runtimeClassName"
	}
	return ""
}

// RuntimeClass is the name of the RuntimeClass that the pods ask for, "" for none.
func (w *Workload) RuntimeClass() string { return w.Pod.Get("runtimeClassName").Text() }

// WindowsRuntimeClass reports whether the object is a RuntimeClass whose pods are
// scheduled to Windows nodes.
func (o *Object) WindowsRuntimeClass() bool {
	return o.Kind == "RuntimeClass" && (selectsWindows(o.Node.Get("scheduling").Get("nodeSelector")) || strings.Contains(o.Node.Get("handler").Text(), "wcow"))
}

// selectsWindows reports whether labels that a node must have are those of
// Windows: kubernetes.io/os by its present or former name, and what clouds use.
func selectsWindows(selector *yamldoc.Node) bool {
	for key, value := range selector.All() {
		if isWindowsLabel(key, value.Text()) {
			return true
		}
	}
	return false
}

func isWindowsLabel(key, value string) bool {
	return key == windowsBuild || strings.Contains(key, "os") && strings.HasPrefix(strings.ToLower(value), "windows")
}

// requiresWindows reports whether each of the terms, of which a node has to meet
// one, is met by Windows nodes alone.
func requiresWindows(terms []*yamldoc.Node) bool {
	for _, term := range terms {
		if !termRequiresWindows(term) {
			return false
		}
	}
	return len(terms) > 0
}

func termRequiresWindows(term *yamldoc.Node) bool {
	for _, e := range term.Get("matchExpressions").List() {
		key, values := e.Get("key").Text(), e.Get("values").Texts()
		switch e.Get("operator").Text() {
		case "Exists":
			if key == windowsBuild {
				return true
			}
		case "In":
			all := len(values) > 0
			for _, v := range values {
				all = all && isWindowsLabel(key, v)
			}
			if all {
				return true
			}
		case "NotIn": // of what is not Linux, there is nothing else
			if strings.HasSuffix(key, "kubernetes.io/os") && len(values) == 1 && values[0] == "linux" {
				return true
			}
		}
	}
	return false
}
