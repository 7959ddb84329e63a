package podsecurity_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func workload(t *testing.T, src string) *kube.Workload {
	t.Helper()
	f, err := yamldoc.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range kube.Parse(f) {
		if w := o.Workload(); w != nil {
			return w
		}
	}
	t.Fatal("no workload")
	return nil
}

const hardened = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext:
    runAsNonRoot: true
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: web
    image: example.org/web:1.4
    securityContext:
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
`

func TestEvaluate(t *testing.T) {
	for _, c := range []struct {
		name, src string
		level     podsecurity.Level
		reasons   []string
	}{
		{"restricted", hardened, podsecurity.Restricted, nil},
		{"baseline", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: x}]}\n", podsecurity.Baseline,
			[]string{"allowPrivilegeEscalation != false", "unrestricted capabilities", "runAsNonRoot != true", "seccompProfile"}},
		{"privileged", strings.Replace(hardened, "allowPrivilegeEscalation: false", "privileged: true", 1), podsecurity.Privileged, []string{"privileged", "allowPrivilegeEscalation != false"}},
		{"through an anchor", strings.Replace(hardened, "  containers:", "  hostNetwork: &yes true\n  hostPID: *yes\n  containers:", 1), podsecurity.Privileged, []string{"host namespaces"}},
		{"deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostIPC: yes, containers: [{name: web, image: x}]}}}\n", podsecurity.Privileged, []string{"host namespaces"}},
		{"a typing error elsewhere does not matter", strings.Replace(hardened, "    image: example.org/web:1.4", "    image: example.org/web:1.4\n    env: [{name: A, value: 1}]\n    resources: {limits: {memory: lots}}", 1), podsecurity.Restricted, nil},
		{"a volume without a source is an empty one by default", strings.Replace(hardened, "  containers:", "  volumes: [{name: data}]\n  containers:", 1), podsecurity.Restricted, nil},
		{"not a pod", strings.Replace(hardened, "runAsNonRoot: true", "runAsNonRoot: [1]", 1), podsecurity.Unknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := podsecurity.Evaluate(workload(t, c.src))
			if v.Level != c.level || (v.Err != nil) != (c.level == podsecurity.Unknown) {
				t.Errorf("level %s (%v), want %s; %v", v.Level, v.Err, c.level, v.Violations)
			}
			for _, want := range c.reasons {
				found := false
				for _, have := range v.Violations {
					found = found || strings.Contains(have.Reason, want)
				}
				if !found {
					t.Errorf("no violation %q in %v", want, v.Violations)
				}
			}
			if len(c.reasons) == 0 && len(v.Violations) > 0 {
				t.Errorf("violations %v, want none", v.Violations)
			}
		})
	}
}

func TestEvaluateSurvivesAnAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: x}]\n  volumes:\n  - &a0 {name: v, emptyDir: {}}\n")
	for i := 1; i < 40; i++ {
		prev := "*a" + string(rune('0'+(i-1)%10)) + strings.Repeat("x", (i-1)/10)
		b.WriteString("  - &a" + string(rune('0'+i%10)) + strings.Repeat("x", i/10) + " {a: " + prev + " , b: " + prev + " }\n")
	}
	podsecurity.Evaluate(workload(t, b.String())) // must end
}
