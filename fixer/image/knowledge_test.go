package image

import (
	"slices"
	"testing"
)

// TestRegistryOutranksTable: field by field, what a registry reported stands in
// place of what the table says, and says so; what no configuration holds stays.
func TestRegistryOutranksTable(t *testing.T) {
	config := &Config{
		User: "node", Entrypoint: []string{"/start"}, ExposedPorts: []string{"3000-3001/udp", "bad"}, Volumes: []string{"/data"},
		Healthcheck: []string{"CMD", "true"}, Cmd: []string{"serve"}, Env: []string{"A=b"}, StopSignal: "SIGINT", Labels: map[string]string{"a": "b"},
	}
	k := KnowledgeOf("node:20", config)
	if u := k.User(); u.Value != (Identity{Name: "node", UID: 1000, GID: 1000, KnownUID: true, KnownGID: true}) || !u.Proven || !u.From.Registry {
		t.Errorf("user: %+v", u)
	}
	if k.Entry.Default != k.User().Value || k.Base.Default != k.User().Value || !k.Entry.Verified(FieldDefault) || !k.Entry.Evidence(FieldDefault).Registry {
		t.Errorf("the tables' user is still there: %+v, %+v", k.Entry.Default, k.Base.Default)
	}
	if e := k.Entrypoint(); !slices.Equal(e.Value, []string{"/start"}) || !e.Known || !slices.Equal(k.Base.Entrypoint, e.Value) {
		t.Errorf("entrypoint: %+v", e)
	}
	if v := k.Volumes(); len(v.Value) != 1 || v.Value[0].Path != "/data" || len(k.Entry.Volumes) != 1 {
		t.Errorf("volumes: %+v", v)
	}
	if h := k.HasHealthcheck(); !h.Value || !k.Entry.Healthcheck.Builtin {
		t.Errorf("health check: %+v", h)
	}
	if c := k.Cmd(); !slices.Equal(c.Value, []string{"serve"}) || !c.Known {
		t.Errorf("command: %+v", c)
	}
	if e, s, l := k.Env(), k.StopSignal(), k.Labels(); !slices.Equal(e.Value, []string{"A=b"}) || s.Value != "SIGINT" || l.Value["a"] != "b" {
		t.Errorf("environment %+v, stop signal %+v, labels %+v", e, s, l)
	}
	again := KnowledgeOf("node:20", nil)
	if again.Entry.Default.Name == "node" || again.Entry.Healthcheck.Builtin || again.Base.Default.Name == "node" {
		t.Error("a registry's answer has changed the table itself")
	}
}

// TestRegistryAloneIsKnown: of an image that no table knows the registry's
// answer is all there is.
func TestRegistryAloneIsKnown(t *testing.T) {
	k := KnowledgeOf("example.org/web:1.4", &Config{ExposedPorts: []string{"3000-3001/udp", "bad", "80"}})
	if k.Entry != nil || k.HasBase {
		t.Fatalf("the table knows it: %+v", k)
	}
	want := []Port{{Number: 3000, Last: 3001, Protocol: "udp"}, {Number: 80, Protocol: "tcp"}}
	if p := k.Ports(); !slices.Equal(p.Value, want) {
		t.Errorf("ports %+v, want %+v", p.Value, want)
	}
	if u := k.User(); !u.Value.IsRoot() || !u.Value.Numeric {
		t.Errorf("no USER is root: %+v", u)
	}
	if h := k.HasHealthcheck(); !h.Known || h.Value {
		t.Errorf("health check: %+v", h)
	}
	if e := k.Entrypoint(); !e.Known || len(e.Value) > 0 {
		t.Errorf("entrypoint: %+v", e)
	}
}

// TestNothingIsKnown: facts without a source are not known, and prove nothing.
func TestNothingIsKnown(t *testing.T) {
	for _, name := range []string{"example.org/web:1.4", "Not A Name", ""} {
		k := KnowledgeOf(name, nil)
		if k.User().Known || k.Entrypoint().Known || k.Cmd().Known || k.Ports().Known || k.Volumes().Known || k.HasHealthcheck().Known || k.Env().Known || k.Labels().Known || k.StopSignal().Known {
			t.Errorf("%q: something is known of it: %+v", name, k)
		}
		if k.User().Value.KnownUID || k.User().Proven {
			t.Errorf("%q: its user is %+v", name, k.User())
		}
	}
	if KnowledgeOf("Not A Name", nil).Err == nil {
		t.Error("a name that cannot be read is no error")
	}
}
