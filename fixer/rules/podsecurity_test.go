package rules_test

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// standard returns the rules that speak of controls of the Pod Security
// Standards, which refer to them. Profiles in annotations are left out: the
// rule is about how a control is written down.
func standard() []*fixer.Rule {
	var out []*fixer.Rule
	for _, r := range rules.All() {
		if r.Name != "kubernetes/profile-annotations" &&
			slices.ContainsFunc(r.References, func(ref fixer.Reference) bool { return ref.Source == fixer.PodSecurityStandards }) {
			out = append(out, r)
		}
	}
	return out
}

// disagreements compares, for every workload, what our rules say with what
// Kubernetes' evaluator says: a pod that no rule of the standard has anything
// against is restricted, and one that is restricted has nothing against it.
func disagreements(snap *fixer.Snapshot) []string {
	report := engine.Check(snap, nil, standard())
	against := map[string][]string{}
	for _, f := range report.Findings {
		// What a restricted pod may still be told: an addition that the
		// standard allows, a socket or a node's folder in a volume that is
		// not mounted counts for the standard as well.
		id, _, _ := strings.Cut(f.Path, " ")
		against[f.File+" "+id] = append(against[f.File+" "+id], f.Rule)
	}
	var out []string
	for _, pod := range snap.PodLevels() {
		found := against[pod.File+" "+pod.Workload]
		switch {
		case pod.Level == podsecurity.Unknown:
		case pod.Level == podsecurity.Restricted && len(found) > 0:
			out = append(out, fmt.Sprintf("%s %s is restricted, and %v find something", pod.File, pod.Workload, found))
		case pod.Level != podsecurity.Restricted && len(found) == 0:
			out = append(out, fmt.Sprintf("%s %s is %s for %v, and no rule says so", pod.File, pod.Workload, pod.Level, pod.Violations))
		}
	}
	return out
}

func TestRestrictedMeansRestricted(t *testing.T) {
	r := rand.New(rand.NewSource(11))
	for round := range 4000 {
		src := randomPod(r)
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "pod.yaml", Kind: fixer.Kubernetes, Data: []byte(src)}})
		for _, d := range disagreements(snap) {
			t.Errorf("round %d: %s:\n%s", round, d, src)
		}
		if t.Failed() {
			return
		}
	}
}

func TestRestrictedMeansRestrictedInTheCorpus(t *testing.T) {
	entries, err := os.ReadDir(corpus)
	if err != nil {
		t.Skip("the corpus of real repositories is not here: ", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		ws, err := discover.Load(context.Background(), []string{filepath.Join(corpus, e.Name())}, discover.Options{Generated: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range disagreements(fixer.NewSnapshot(ws.Sources)) {
			t.Errorf("%s: %s", e.Name(), d)
		}
	}
}

// randomPod writes a pod that is nearly restricted: every setting of the
// standard is right, wrong or missing, mostly right.
func randomPod(r *rand.Rand) string {
	pick := func(right string, others ...string) string {
		if r.Intn(5) > 0 {
			return right
		}
		return others[r.Intn(len(others))]
	}
	line := func(indent, s string) string {
		if s == "" {
			return ""
		}
		return indent + s + "\n"
	}
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n")
	b.WriteString(pick("", "  annotations:\n    container.apparmor.security.beta.kubernetes.io/a: unconfined\n"))
	b.WriteString("spec:\n")
	for _, key := range []string{"hostPID", "hostIPC", "hostNetwork"} {
		b.WriteString(line("  ", pick("", key+": true", key+": false")))
	}
	b.WriteString("  securityContext:\n    supplementalGroups: [1]\n")
	for _, s := range []string{
		pick("runAsNonRoot: true", "", "runAsNonRoot: false"), pick("", "runAsUser: 1000", "runAsUser: 0"),
		pick("seccompProfile: {type: RuntimeDefault}", "", "seccompProfile: {type: Unconfined}", "seccompProfile: {type: Localhost, localhostProfile: x}"),
		pick("", "seLinuxOptions: {type: container_t}", "seLinuxOptions: {user: u}"),
		pick("", "sysctls: [{name: kernel.shm_rmid_forced, value: '1'}]", "sysctls: [{name: kernel.msgmax, value: '1'}]"),
		pick("", "appArmorProfile: {type: RuntimeDefault}", "appArmorProfile: {type: Unconfined}"),
		pick("", "windowsOptions: {hostProcess: true}"),
	} {
		b.WriteString(line("    ", s))
	}
	for _, list := range []string{"containers", "initContainers"} {
		if list == "initContainers" && r.Intn(3) > 0 {
			continue
		}
		b.WriteString("  " + list + ":\n")
		for i := range 1 + r.Intn(2) {
			fmt.Fprintf(&b, "  - name: %c%s\n    image: example.org/x:1\n", 'a'+i, strings.TrimSuffix(list, "ontainers"))
			b.WriteString(line("    ", pick("", "ports: [{containerPort: 80, hostPort: 80}]", "ports: [{containerPort: 8080}]")))
			b.WriteString(line("    ", pick("", "livenessProbe: {httpGet: {port: 80, host: example.org}}", "livenessProbe: {httpGet: {port: 80}}")))
			b.WriteString("    securityContext:\n      readOnlyRootFilesystem: true\n")
			for _, s := range []string{
				pick("allowPrivilegeEscalation: false", "", "allowPrivilegeEscalation: true"),
				pick("capabilities: {drop: [ALL]}", "", "capabilities: {drop: [all]}", "capabilities: {drop: [NET_RAW]}", "capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}",
					"capabilities: {drop: [ALL], add: [CHOWN]}", "capabilities: {drop: [ALL], add: [SYS_ADMIN]}"),
				pick("", "privileged: true", "privileged: false"), pick("", "runAsNonRoot: true", "runAsNonRoot: false"),
				pick("", "runAsUser: 7", "runAsUser: 0"), pick("", "seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}"),
				pick("", "procMount: Default", "procMount: Unmasked"), pick("", "seLinuxOptions: {level: s0}", "seLinuxOptions: {role: r}"),
			} {
				b.WriteString(line("      ", s))
			}
		}
	}
	b.WriteString(pick("", "  volumes: [{name: v, hostPath: {path: /data}}]\n", "  volumes: [{name: v, hostPath: {path: /var/run/docker.sock}}]\n",
		"  volumes: [{name: v, nfs: {server: s, path: /}}]\n", "  volumes: [{name: v}]\n", "  volumes: [{name: v, emptyDir: {}}]\n"))
	return b.String()
}
