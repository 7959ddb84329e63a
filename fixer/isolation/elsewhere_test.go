package isolation_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer/isolation"
)

// TestWorkloadsOfACopyAreDeniedToo: one namespace is written twice, and one of the copies has
// a workload more. Default-deny of the other holds for it, which has to be said.
func TestWorkloadsOfACopyAreDeniedToo(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME, namespace: shop, labels: {app: NAME}}\nspec: {containers: [{name: main, image: NAME, args: [ARGS], ports: [{containerPort: 80}]}]}\n---\n" +
		"apiVersion: v1\nkind: Service\nmetadata: {name: NAME, namespace: shop}\nspec: {selector: {app: NAME}, ports: [{port: 80}]}\n---\n"
	write := func(name, args string) string { return strings.NewReplacer("NAME", name, "ARGS", args).Replace(pod) }
	app := write("web", "--api=http://api") + write("api", "")
	for _, c := range []struct{ more, want string }{
		{"", ""},
		{write("web-2", ""), "Pod/web-2"},
		{strings.Replace(write("web-2", ""), "spec: {containers", "spec: {hostNetwork: true, containers", 1), ""},
		{strings.ReplaceAll(write("web-2", ""), "namespace: shop", "namespace: other"), ""},
	} {
		list := plans(t, []txtar.File{{Name: "base/app.yaml", Data: []byte(app)}, {Name: "release/app.yaml", Data: []byte(app + c.more)}})
		if got := strings.Join(isolation.Names(list[0].Elsewhere), " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
