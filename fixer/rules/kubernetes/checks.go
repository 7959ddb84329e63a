package kubernetes

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

// checks joins several checks of a fix.
func checks(list ...string) string { return strings.Join(list, "\n\n") }

// execCheck is a check by a command in the container. kubectl runs it in the first
// container of the pod, unless another one is named. An init container has ended by
// then, so that its settings are all that can be looked at.
func execCheck(c kube.Container, command, expect string) string {
	if c.Role == kube.Init {
		return specCheck(c, "securityContext", "shows the new settings")
	}
	return "kubectl exec POD " + option(c) + "-- " + command + "\n" + expect
}

// specCheck is a check of a field of the containers, which needs no command in the
// image.
func specCheck(c kube.Container, field, expect string) string {
	list, _, _ := strings.Cut(c.Place, "[")
	return "kubectl get pod POD -o jsonpath='{.spec." + list + "[*]." + field + "}'\n" + expect
}

// logsCheck is a check of what the container logs.
func logsCheck(c kube.Container, expect string) string {
	return strings.TrimSuffix("kubectl logs POD "+option(c), " ") + "\n" + expect
}

// option names the container for kubectl, where its pod has several.
func option(c kube.Container) string {
	if c.Name == "" || len(c.Workload.Containers()) == 1 {
		return ""
	}
	return "-c " + text.ShellWord(c.Name) + " "
}
